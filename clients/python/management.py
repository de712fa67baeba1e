"""azure-mgmt-machinelearningservices: a workspace, clusters and command jobs, as its documents call them."""

import time

from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from azure.mgmt.machinelearningservices import models

from checks import GROUP, LOCATION, SUBSCRIPTION, URL, WORKSPACE, EbbCredential, check, end, equal, expect, refused

client = MachineLearningServicesMgmtClient(
    EbbCredential(), SUBSCRIPTION, base_url=URL, credential_scopes=[URL + "/.default"]
)


@check("a workspace is made and shown")
def _():
    made = client.workspaces.begin_create_or_update(GROUP, WORKSPACE, models.Workspace(location=LOCATION)).result()
    equal(made.name, WORKSPACE)
    equal(client.workspaces.get(GROUP, WORKSPACE).provisioning_state, "Succeeded")
    expect(WORKSPACE in [each.name for each in client.workspaces.list_by_resource_group(GROUP)], "it is not listed")


@check("a cluster is made, shown, listed and scaled")
def _():
    wanted = models.ComputeResource(
        location=LOCATION,
        properties=models.AmlCompute(
            properties=models.AmlComputeProperties(
                vm_size="STANDARD_D2S_V3",
                vm_priority="LowPriority",
                scale_settings=models.ScaleSettings(max_node_count=2, node_idle_time_before_scale_down="PT2S"),
            )
        ),
    )
    made = client.compute.begin_create_or_update(GROUP, WORKSPACE, "mgmt", wanted).result()
    equal(made.properties.properties.vm_priority, "LowPriority")
    equal([each.name for each in client.compute.list(GROUP, WORKSPACE)], ["mgmt"])
    more = models.ClusterUpdateParameters(
        properties=models.ScaleSettingsInformation(scale_settings=models.ScaleSettings(max_node_count=3))
    )
    client.compute.begin_update(GROUP, WORKSPACE, "mgmt", more).result()
    equal(client.compute.get(GROUP, WORKSPACE, "mgmt").properties.properties.scale_settings.max_node_count, 3)


@check("sizes have prices and usages have limits")
def _():
    sizes = {size.name: size for size in client.virtual_machine_sizes.list(LOCATION).value}
    prices = {price.vm_tier: price.retail_price for price in sizes["Standard_D2s_v3"].estimated_vm_prices.values}
    expect(prices["Standard"] > prices["LowPriority"] > 0, f"odd prices: {prices}")
    limits = {usage.name.value: usage.limit for usage in client.usages.list(LOCATION)}
    expect(limits["lowPriorityCores"] > 0, f"odd limits: {limits}")


@check("a command job runs to its end")
def _():
    job = models.JobBase(
        properties=models.CommandJob(
            command="echo from azure-mgmt",
            environment_id="",
            compute_id=client.compute.get(GROUP, WORKSPACE, "mgmt").id,
            limits=models.CommandJobLimits(timeout="PT1M"),
        )
    )
    equal(client.jobs.create_or_update(GROUP, WORKSPACE, "mgmt-job", job).name, "mgmt-job")
    until = time.time() + 60
    status = ""
    while status not in ("Completed", "Failed", "Canceled") and time.time() < until:
        time.sleep(0.5)
        status = client.jobs.get(GROUP, WORKSPACE, "mgmt-job").properties.status
    equal(status, "Completed")
    expect("mgmt-job" in [each.name for each in client.jobs.list(GROUP, WORKSPACE)], "it is not listed")


@check("a job is canceled")
def _():
    job = models.JobBase(
        properties=models.CommandJob(
            command="sleep 300", environment_id="", compute_id=client.compute.get(GROUP, WORKSPACE, "mgmt").id
        )
    )
    client.jobs.create_or_update(GROUP, WORKSPACE, "mgmt-long", job)
    client.jobs.begin_cancel(GROUP, WORKSPACE, "mgmt-long").result()
    equal(client.jobs.get(GROUP, WORKSPACE, "mgmt-long").properties.status, "Canceled")


@check("what is not there is refused with Azure's code")
def _():
    refused(lambda: client.compute.get(GROUP, WORKSPACE, "absent"), "ResourceNotFound")


@check("a cluster is deleted")
def _():
    client.compute.begin_delete(GROUP, WORKSPACE, "mgmt", "Delete").result()
    refused(lambda: client.compute.get(GROUP, WORKSPACE, "mgmt"), "ResourceNotFound")


end()
