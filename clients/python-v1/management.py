"""azure-mgmt-machinelearningservices 1.0.1, the newest that is no preview: it knows workspaces and clusters, and no jobs."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))

from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from azure.mgmt.machinelearningservices import models

from checks import GROUP, LOCATION, SUBSCRIPTION, URL, WORKSPACE, EbbCredential, check, end, equal, expect, refused

client = MachineLearningServicesMgmtClient(
    EbbCredential(), SUBSCRIPTION, base_url=URL, credential_scopes=[URL + "/.default"]
)
clusters = client.machine_learning_compute


@check("the workspace is shown and listed by the older management client")
def _():
    equal(client.workspaces.get(GROUP, WORKSPACE).location, LOCATION)
    expect(WORKSPACE in [each.name for each in client.workspaces.list_by_subscription()], "it is not listed")


@check("a cluster is made, listed, scaled and deleted by the older management client")
def _():
    wanted = models.ComputeResource(
        location=LOCATION,
        properties=models.AmlCompute(
            properties=models.AmlComputeProperties(
                vm_size="STANDARD_D2S_V3", scale_settings=models.ScaleSettings(max_node_count=2)
            )
        ),
    )
    made = clusters.begin_create_or_update(GROUP, WORKSPACE, "mgmt-old", wanted).result()
    equal(made.properties.provisioning_state, "Succeeded")
    more = models.ClusterUpdateParameters(scale_settings=models.ScaleSettings(max_node_count=3))
    clusters.begin_update(GROUP, WORKSPACE, "mgmt-old", more).result()
    shown = clusters.get(GROUP, WORKSPACE, "mgmt-old").properties.properties
    equal(shown.scale_settings.max_node_count, 3)
    expect("mgmt-old" in [each.name for each in clusters.list_by_workspace(GROUP, WORKSPACE)], "it is not listed")
    equal(list(clusters.list_nodes(GROUP, WORKSPACE, "mgmt-old")), [])
    clusters.begin_delete(GROUP, WORKSPACE, "mgmt-old", "Delete").result()
    refused(lambda: clusters.get(GROUP, WORKSPACE, "mgmt-old"), "ResourceNotFound")


@check("sizes and usages are listed by the older management client")
def _():
    sizes = {size.name: size.v_cp_us for size in client.virtual_machine_sizes.list(LOCATION).aml_compute}
    equal(sizes["Standard_D2s_v3"], 2)
    expect(all(usage.limit > 0 for usage in client.usages.list(LOCATION)), "a limit is 0")


end()
