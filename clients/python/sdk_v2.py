"""azure-ai-ml: everything that a data scientist does with clusters and command jobs."""

import contextlib
import hashlib
import io
import os
import tempfile
import time

os.environ["ARM_CLOUD_METADATA_URL"] = os.environ["EBB_URL"] + "/metadata/endpoints?api-version=2019-05-01"
os.environ["AZUREML_CURRENT_CLOUD"] = "Ebb"

from azure.ai.ml import Input, MLClient, Output, command
from azure.ai.ml.constants import ListViewType
from azure.ai.ml.entities import AmlCompute, Data, Environment, Model
from azure.identity import DefaultAzureCredential

from checks import GROUP, LOCATION, SUBSCRIPTION, URL, WORKSPACE, EbbCredential, check, end, equal, expect, refused, token

ml = MLClient(EbbCredential(), SUBSCRIPTION, GROUP, WORKSPACE)
ENVIRONMENT = "azureml:bare:1"


def job(line, **more):
    more.setdefault("environment", ENVIRONMENT)
    return command(command=line, compute="cluster-v2", experiment_name="checks", **more)


def streamed(name):
    """What `jobs.stream` prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        ml.jobs.stream(name)
    return out.getvalue()


def ended(name):
    """The status that the job ends with. (`jobs.stream` prints nothing of a job that has ended already.)"""
    until = time.time() + 120
    while time.time() < until:
        status = ml.jobs.get(name).status
        if status in ("Completed", "Failed", "Canceled"):
            return status
        time.sleep(0.5)
    return "still running"


@check("the workspace is shown and listed")
def _():
    equal(ml.workspaces.get(WORKSPACE).location, LOCATION)
    expect(WORKSPACE in [each.name for each in ml.workspaces.list()], "it is not listed")


@check("a cluster is made with its settings")
def _():
    made = ml.compute.begin_create_or_update(
        AmlCompute(
            name="cluster-v2", size="STANDARD_D2S_V3", min_instances=0, max_instances=2, idle_time_before_scale_down=2, tags={"for": "checks"}
        )
    ).result()
    equal((made.size, made.max_instances, made.provisioning_state), ("STANDARD_D2S_V3", 2, "Succeeded"))
    shown = ml.compute.get("cluster-v2")
    equal((shown.tier.lower(), shown.idle_time_before_scale_down, shown.location), ("dedicated", 2, LOCATION))
    equal([each.name for each in ml.compute.list()], ["cluster-v2"])


@check("a cluster is changed")
def _():
    cluster = ml.compute.get("cluster-v2")
    cluster.max_instances = 3
    equal(ml.compute.begin_update(cluster).result().max_instances, 3)


@check("sizes and usages are listed")
def _():
    sizes = {each.name: each for each in ml.compute.list_sizes()}
    equal(vars(sizes["Standard_D2s_v3"])["vCPUs"], 2)
    expect(all(each.limit > 0 for each in ml.compute.list_usage()), "a limit is 0")


@check("an environment is made once and shown")
def _():
    ml.environments.create_or_update(Environment(name="bare", version="1", image="library/python:latest"))
    equal(ml.environments.get("bare", "1").image, "library/python:latest")
    expect("bare" in [each.name for each in ml.environments.list()], "it is not listed")


@check("a job runs, is listed, and its output is streamed")
def _():
    made = ml.jobs.create_or_update(
        job(
            "for i in 1 2 3; do echo ${{inputs.word}} $i $COLOUR; sleep 3; done",
            inputs={"word": "step"},
            environment_variables={"COLOUR": "green"},
            display_name="three steps",
            tags={"kind": "check"},
        )
    )
    out = streamed(made.name)
    expect("step 1 green\nstep 2 green\nstep 3 green\n" in out, out)
    done = ml.jobs.get(made.name)
    equal((done.status, done.display_name, done.tags["kind"]), ("Completed", "three steps", "check"))
    expect(made.name in [each.name for each in ml.jobs.list()], "it is not listed")


@check("nodes are listed while a job runs, and the job is canceled")
def _():
    made = ml.jobs.create_or_update(job("sleep 300"))
    running = []
    until = time.time() + 60
    while not running and time.time() < until:
        time.sleep(0.3)
        # This version fills its objects with the names of the wire.
        running = [vars(node)["runId"] for node in ml.compute.list_nodes("cluster-v2") if vars(node)["nodeState"] == "running"]
    equal(running, [made.name])
    ml.jobs.begin_cancel(made.name).result()
    equal(ml.jobs.get(made.name).status, "Canceled")


@check("a job that fails says so, with its exit code")
def _():
    made = ml.jobs.create_or_update(job("echo broken >&2; exit 3"))
    message = refused(lambda: streamed(made.name), "JobException")
    expect("exit code 3" in message, message)
    equal(ml.jobs.get(made.name).status, "Failed")


@check("what is said about a job changes, and it is archived and restored")
def _():
    made = ml.jobs.create_or_update(job("true", tags={"kind": "check"}))
    equal(ended(made.name), "Completed")
    updated = ml.jobs.update(made.name, display_name="renamed", tags={"best": "yes"})
    equal((updated.display_name, updated.tags), ("renamed", {"kind": "check", "best": "yes"}))
    fetched = ml.jobs.get(made.name)
    fetched.description = "said later"
    fetched.tags["more"] = "1"
    again = ml.jobs.create_or_update(fetched)
    equal((again.name, again.description, again.tags["more"], again.status), (made.name, "said later", "1", "Completed"))
    names = lambda view: [each.name for each in ml.jobs.list(list_view_type=view)]
    ml.jobs.archive(made.name)
    expect(made.name not in names(ListViewType.ACTIVE_ONLY), "it is listed")
    expect(made.name in names(ListViewType.ARCHIVED_ONLY), "it is not archived")
    ml.jobs.restore(made.name)
    expect(made.name in names(ListViewType.ACTIVE_ONLY), "it is not listed")


@check("clients of other versions change a job by sending it again as it was shown")
def _():
    made = ml.jobs.create_or_update(job("echo ${{inputs.word}}", inputs={"word": "hello"}, tags={"kind": "check"}))
    body = ml.jobs._get_job(made.name)
    body.properties.tags["by"] = "put"
    body.properties.is_archived = True
    sent = ml.jobs._create_or_update_with_different_version_api(rest_job_resource=body)
    equal((sent.properties.tags["by"], sent.properties.is_archived), ("put", True))
    body.properties.command = "echo other"
    message = refused(lambda: ml.jobs._create_or_update_with_different_version_api(rest_job_resource=body), "NameAlreadyUsed")
    expect("command" in message, message)


def written(folder):
    """The files below a folder with their text."""
    files = {}
    for path, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(path, name)) as file:
                files[os.path.relpath(os.path.join(path, name), folder)] = file.read()
    return files


@check("what a job has left is downloaded: outputs, an output by its name, and all with the logs")
def _():
    made = ml.jobs.create_or_update(
        job(
            "mkdir outputs/deep; echo 42 > outputs/deep/answer; : > outputs/empty; echo named > ${{outputs.model}}/weights; echo said; echo wrong >&2",
            outputs={"model": Output(type="uri_folder")},
        )
    )
    equal(ended(made.name), "Completed")
    default = {"outputs/deep/answer": "42\n", "outputs/empty": "", "outputs/model/weights": "named\n"}
    default.update({"user_logs/std_log.txt": "said\n", "user_logs/std_log_stderr.txt": "wrong\n"})
    with tempfile.TemporaryDirectory() as folder:
        ml.jobs.download(made.name, download_path=folder)
        equal(written(folder), {"artifacts/" + path: text for path, text in default.items()})
    with tempfile.TemporaryDirectory() as folder:
        ml.jobs.download(made.name, download_path=folder, output_name="model")
        equal(written(folder), {"named-outputs/model/weights": "named\n"})
    with tempfile.TemporaryDirectory() as folder:
        ml.jobs.download(made.name, download_path=folder, all=True)
        found = written(folder)
        equal((found["named-outputs/model/weights"], found["artifacts/user_logs/std_log.txt"]), ("named\n", "said\n"))


@check("local files and folders are inputs, sent once")
def _():
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(folder + "/data/deep")
        for path, text in {"data/a.csv": "1,2\n", "data/deep/b.csv": "3,4\n", "table.csv": "5,6\n"}.items():
            with open(os.path.join(folder, path), "w") as file:
                file.write(text)
        read = {
            "rows": Input(type="uri_folder", path=folder + "/data"),
            "table": Input(type="uri_file", path=folder + "/table.csv"),
        }
        line = "cat ${{inputs.rows}}/a.csv ${{inputs.rows}}/deep/b.csv ${{inputs.table}}"
        first = ml.jobs.create_or_update(job(line, inputs=read))
        again = ml.jobs.create_or_update(job(line, inputs=read))
    for made in (first, again):
        equal(ended(made.name), "Completed")
        with tempfile.TemporaryDirectory() as folder:
            ml.jobs.download(made.name, download_path=folder)
            equal(written(folder)["artifacts/user_logs/std_log.txt"], "1,2\n3,4\n5,6\n")
    equal(first.inputs["rows"].path, again.inputs["rows"].path)


@check("data assets are made of local files, shown, listed, and inputs by name, version and @latest")
def _():
    with tempfile.TemporaryDirectory() as folder:
        for text in ("first", "second"):
            with open(folder + "/words.txt", "w") as file:
                file.write(text + "\n")
            made = ml.data.create_or_update(Data(name="words", path=folder + "/words.txt", type="uri_file", description=text, tags={"of": text}))
    equal((made.name, made.version, made.description, made.tags), ("words", "2", "second", {"of": "second"}))
    equal(ml.data.get("words", version="1").description, "first")
    equal(ml.data.get("words", label="latest").version, "2")
    equal([each.version for each in ml.data.list("words")], ["2", "1"])
    equal([(each.name, each.latest_version) for each in ml.data.list()], [("words", "2")])
    for reference, text in {"azureml:words:1": "first", "words@latest": "second"}.items():
        run = ml.jobs.create_or_update(job("cat ${{inputs.words}}", inputs={"words": Input(type="uri_file", path=reference)}))
        equal(ended(run.name), "Completed")
        with tempfile.TemporaryDirectory() as folder:
            ml.jobs.download(run.name, download_path=folder)
            equal(written(folder)["artifacts/user_logs/std_log.txt"], text + "\n")
    refused(lambda: ml.data.get("words", version="3"), "ResourceNotFound")


@check("models are made of a local folder and of what a job has left, shown, listed, archived, and inputs of jobs")
def _():
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(folder + "/best")
        with open(folder + "/best/weights", "w") as file:
            file.write("local\n")
        made = ml.models.create_or_update(Model(name="best", path=folder + "/best", type="custom_model", description="of a folder", tags={"of": "folder"}))
    equal((made.name, made.version, made.type, made.tags), ("best", "1", "custom_model", {"of": "folder"}))
    run = ml.jobs.create_or_update(job("mkdir outputs/model; echo trained > outputs/model/weights", outputs={"named": Output(type="mlflow_model")}))
    equal(ended(run.name), "Completed")
    path = f"azureml://jobs/{run.name}/outputs/artifacts/paths/outputs/model/"
    trained = ml.models.create_or_update(Model(name="best", path=path, type="mlflow_model", description="of a job"))
    equal((trained.version, trained.type, trained.description), ("2", "mlflow_model", "of a job"))
    equal(ml.models.get("best", version="1").description, "of a folder")
    equal(ml.models.get("best", label="latest").version, "2")
    equal([each.version for each in ml.models.list("best")], ["2", "1"])
    equal([(each.name, each.latest_version) for each in ml.models.list()], [("best", "2")])
    for reference, kind, text in (("azureml:best:1", "custom_model", "local"), ("best@latest", "mlflow_model", "trained")):
        reads = ml.jobs.create_or_update(job("cat ${{inputs.model}}/weights", inputs={"model": Input(type=kind, path=reference)}))
        equal(ended(reads.name), "Completed")
        with tempfile.TemporaryDirectory() as folder:
            ml.jobs.download(reads.name, download_path=folder)
            equal(written(folder)["artifacts/user_logs/std_log.txt"], text + "\n")
    for version, where, text in (("1", "best/best/weights", "local\n"), ("2", "best/model/weights", "trained\n")):
        with tempfile.TemporaryDirectory() as folder:
            ml.models.download("best", version=version, download_path=folder)
            equal(list(written(folder).items()), [(where, text)])
    trained.tags["checked"] = "yes"
    equal(ml.models.create_or_update(trained).tags, {"checked": "yes"})
    ml.models.archive("best", version="2")
    equal([each.version for each in ml.models.list("best")], ["1"])
    equal([each.version for each in ml.models.list("best", list_view_type=ListViewType.ARCHIVED_ONLY)], ["2"])
    equal(ml.models.get("best", label="latest").version, "1")
    ml.models.restore("best", version="2")
    ml.models.archive("best")
    equal(list(ml.models.list()), [])
    ml.models.restore("best")
    equal([each.version for each in ml.models.list("best")], ["2", "1"])
    trained.path = path + "other"
    refused(lambda: ml.models.create_or_update(trained), "versions do not change")
    refused(lambda: ml.models.get("best", version="7"), "ResourceNotFound")


@check("data assets and environments are archived and restored")
def _():
    ml.data.archive("words", version="2")
    equal([each.version for each in ml.data.list("words")], ["1"])
    ml.data.restore("words", version="2")
    ml.environments.archive("bare")
    expect("bare" not in [each.name for each in ml.environments.list()], "it is listed")
    ml.environments.restore("bare")
    expect("bare" in [each.name for each in ml.environments.list()], "it is not listed")


@check("code of a folder is sent and runs, and a file of .amlignore is left out")
def _():
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(folder + "/package")
        for path, text in {
            "train.py": "import os, package.words\nassert package.words.HELLO == 'hello' and not os.path.exists('left-out.txt')",
            "package/words.py": "HELLO = 'hello'",
            "left-out.txt": "not sent",
            ".amlignore": "left-out.txt",
        }.items():
            with open(os.path.join(folder, path), "w") as file:
                file.write(text)
        made = ml.jobs.create_or_update(job("python3 train.py", code=folder))
        again = ml.jobs.create_or_update(job("python3 train.py", code=folder))
    equal(ended(made.name), "Completed")
    equal(ml.jobs.get(made.name).code, ml.jobs.get(again.name).code)


@check("files of more than 64 MiB are sent in blocks, as code and as input")
def _():
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/large", "wb") as file:
            for i in range(70):
                file.write(bytes([i]) * (1 << 20))
        with open(folder + "/large", "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        line = "sha256sum < large; sha256sum < ${{inputs.large}}"
        made = ml.jobs.create_or_update(job(line, code=folder, inputs={"large": Input(type="uri_file", path=folder + "/large")}))
    equal(ended(made.name), "Completed")
    with tempfile.TemporaryDirectory() as folder:
        ml.jobs.download(made.name, download_path=folder)
        equal(written(folder)["artifacts/user_logs/std_log.txt"], f"{digest}  -\n" * 2)


@check("an environment without a name is made by the job")
def _():
    made = ml.jobs.create_or_update(job("echo built", environment=Environment(image="library/python:latest")))
    equal(ended(made.name), "Completed")


@check("a job on a cluster that is not there is refused, and says which")
def _():
    message = refused(lambda: ml.jobs.create_or_update(command(command="true", compute="absent", environment=ENVIRONMENT)), "ResourceNotFound")
    expect("absent" in message, message)


@check("DefaultAzureCredential signs in with the environment's service principal")
def _():
    os.environ["AZURE_AUTHORITY_HOST"] = URL + "/adfs/t"
    os.environ["AZURE_TENANT_ID"] = "11111111-1111-1111-1111-111111111111"
    os.environ["AZURE_CLIENT_ID"] = "anybody"
    os.environ["AZURE_CLIENT_SECRET"] = token()
    signed_in = MLClient(DefaultAzureCredential(), SUBSCRIPTION, GROUP, WORKSPACE)
    equal(signed_in.compute.get("cluster-v2").name, "cluster-v2")
    os.environ["AZURE_CLIENT_SECRET"] = "wrong"
    stranger = MLClient(DefaultAzureCredential(), SUBSCRIPTION, GROUP, WORKSPACE)
    refused(lambda: stranger.compute.get("cluster-v2"), "ClientAuthenticationError")


@check("the cluster is deleted")
def _():
    ml.compute.begin_delete("cluster-v2").wait()
    equal([each.name for each in ml.compute.list()], [])


end()
