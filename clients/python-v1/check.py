"""azureml-core, Azure's first Python client: a workspace and its clusters, as its documents call them."""

import os
import sys

os.environ["ARM_CLOUD_METADATA_URL"] = os.environ["EBB_URL"] + "/metadata/endpoints?api-version=2019-05-01"
os.environ["AZUREML_CURRENT_CLOUD"] = "Ebb"
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))

from azureml.core import Workspace
from azureml.core.authentication import ServicePrincipalAuthentication
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.compute_target import ComputeTargetException

from checks import GROUP, SUBSCRIPTION, WORKSPACE, check, end, equal, expect, refused, token

workspace = None


@check("a service principal signs in with the token as its secret, and finds the workspace")
def _():
    global workspace
    principal = ServicePrincipalAuthentication(
        tenant_id="11111111-1111-1111-1111-111111111111",
        service_principal_id="anybody",
        service_principal_password=token(),
        cloud="Ebb",
    )
    workspace = Workspace.get(WORKSPACE, auth=principal, subscription_id=SUBSCRIPTION, resource_group=GROUP)
    equal(workspace.location, "eastus")


@check("a cluster is made, and its creation is waited for")
def _():
    wanted = AmlCompute.provisioning_configuration(
        vm_size="STANDARD_D2S_V3", vm_priority="lowpriority", max_nodes=2, idle_seconds_before_scaledown=300
    )
    made = ComputeTarget.create(workspace, "cluster-v1", wanted)
    made.wait_for_completion(show_output=False)
    equal(made.provisioning_state, "Succeeded")
    equal(list(workspace.compute_targets), ["cluster-v1"])


@check("a cluster is shown and changed")
def _():
    cluster = AmlCompute(workspace, "cluster-v1")
    settings = cluster.scale_settings
    equal((settings.minimum_node_count, settings.maximum_node_count), (0, 2))
    cluster.update(max_nodes=3)
    cluster.refresh_state()
    equal(cluster.scale_settings.maximum_node_count, 3)
    status = cluster.get_status().serialize()
    equal((status["currentNodeCount"], status["allocationState"], status["vmPriority"]), (0, "Steady", "LowPriority"))
    equal(cluster.list_nodes(), [])


@check("sizes and usages are listed")
def _():
    sizes = {size["name"]: size["vCPUs"] for size in AmlCompute.supported_vmsizes(workspace)}
    equal(sizes["Standard_D2s_v3"], 2)
    expect(all(usage["limit"] > 0 for usage in AmlCompute.list_usages(workspace)), "a limit is 0")


@check("a size that is not there is refused")
def _():
    wanted = AmlCompute.provisioning_configuration(vm_size="STANDARD_NOTHING", max_nodes=1)
    message = refused(lambda: ComputeTarget.create(workspace, "nothing", wanted), "STANDARD_NOTHING")
    expect("400" in message or "404" in message, message)


@check("the cluster is deleted")
def _():
    AmlCompute(workspace, "cluster-v1").delete()
    try:
        for _ in range(50):
            AmlCompute(workspace, "cluster-v1")
    except ComputeTargetException as absent:
        expect("ComputeTargetNotFound" in str(absent), str(absent))
    else:
        raise AssertionError("it is still there")


end()
