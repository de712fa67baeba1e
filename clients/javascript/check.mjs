// @azure/arm-machinelearning: a cluster and a command job.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { AzureMachineLearningWorkspaces } from "@azure/arm-machinelearning";
import { ClientSecretCredential } from "@azure/identity";

const endpoint = process.env.EBB_URL;
const group = process.env.EBB_GROUP;
const workspace = process.env.EBB_WORKSPACE;
const subscription = process.env.EBB_SUBSCRIPTION;
const token = readFileSync(process.env.EBB_TOKEN_FILE, "utf8").trim();

const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
const client = new AzureMachineLearningWorkspaces(credential, subscription, { endpoint });
const cluster = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}/computes/cluster-js`;

let failed = 0;
async function check(name, body) {
  try {
    await body();
    console.log(`ok      ${name}`);
  } catch (failure) {
    failed++;
    console.log(`FAILED  ${name}: ${String(failure.message).replace(/\s+/g, " ").slice(0, 500)}`);
    console.error(failure);
  }
}

async function all(pages) {
  const rows = [];
  for await (const row of pages) rows.push(row);
  return rows;
}

async function ended(name) {
  for (let look = 0; look < 120; look++) {
    const { properties } = await client.jobs.get(group, workspace, name);
    if (["Completed", "Failed", "Canceled"].includes(properties.status)) return properties.status;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return "still running";
}

await check("the workspace is shown", async () => {
  const shown = await client.workspaces.get(group, workspace);
  assert.equal(shown.name, workspace);
});

await check("a cluster is made, listed and scaled", async () => {
  const made = await client.computeOperations.beginCreateOrUpdateAndWait(group, workspace, "cluster-js", {
    location: "eastus",
    properties: {
      computeType: "AmlCompute",
      properties: { vmSize: "STANDARD_D2S_V3", scaleSettings: { maxNodeCount: 2, minNodeCount: 0, nodeIdleTimeBeforeScaleDown: "PT2S" } },
    },
  });
  assert.equal(made.properties.properties.scaleSettings.maxNodeCount, 2);
  await client.computeOperations.beginUpdateAndWait(group, workspace, "cluster-js", {
    properties: { scaleSettings: { maxNodeCount: 3 } },
  });
  const names = (await all(client.computeOperations.list(group, workspace))).map((each) => each.name);
  assert.ok(names.includes("cluster-js"));
  const shown = await client.computeOperations.get(group, workspace, "cluster-js");
  assert.equal(shown.properties.properties.scaleSettings.maxNodeCount, 3);
});

await check("sizes and usages are listed", async () => {
  const { value } = await client.virtualMachineSizes.list("eastus");
  assert.equal(value.find((size) => size.name === "Standard_D2s_v3").vCPUs, 2);
  assert.ok((await all(client.usages.list("eastus"))).every((usage) => usage.limit > 0));
});

await check("a command job runs to its end", async () => {
  await client.jobs.createOrUpdate(group, workspace, "js-job", {
    properties: { jobType: "Command", command: "echo from javascript", computeId: cluster, environmentId: "" },
  });
  assert.equal(await ended("js-job"), "Completed");
  assert.ok((await all(client.jobs.list(group, workspace))).some((each) => each.name === "js-job"));
});

await check("a job is canceled, and its node was listed", async () => {
  await client.jobs.createOrUpdate(group, workspace, "js-long", {
    properties: { jobType: "Command", command: "sleep 300", computeId: cluster, environmentId: "" },
  });
  let nodes = [];
  for (let look = 0; look < 100 && !nodes.some((node) => node.nodeState === "running"); look++) {
    nodes = await all(client.computeOperations.listNodes(group, workspace, "cluster-js"));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assert.deepEqual(nodes.filter((node) => node.nodeState === "running").map((node) => node.runId), ["js-long"]);
  await client.jobs.beginCancelAndWait(group, workspace, "js-long");
  assert.equal(await ended("js-long"), "Canceled");
});

await check("a service principal signs in with the token as its secret", async () => {
  const options = { authorityHost: endpoint, disableInstanceDiscovery: true };
  const principal = new ClientSecretCredential("11111111-1111-1111-1111-111111111111", "anybody", token, options);
  const signedIn = new AzureMachineLearningWorkspaces(principal, subscription, { endpoint });
  assert.equal((await signedIn.computeOperations.get(group, workspace, "cluster-js")).name, "cluster-js");
});

await check("the cluster is deleted, and then is not found", async () => {
  await client.computeOperations.beginDeleteAndWait(group, workspace, "cluster-js", "Delete");
  await assert.rejects(client.computeOperations.get(group, workspace, "cluster-js"), { code: "ResourceNotFound" });
});

process.exit(failed ? 1 : 0);
