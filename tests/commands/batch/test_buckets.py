"""Trees behind URLs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from uegan_cli.photo.provenance import read_mark

pytestmark = pytest.mark.usefixtures("bright")


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an S3 bucket on this machine."""
    server_module = pytest.importorskip("moto.server", reason="needs moto[server], part of the extra `test`")
    pytest.importorskip("s3fs", reason="needs s3fs, part of the extra `test`")
    import boto3

    server = server_module.ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="photos")
    yield "s3://photos"
    server.stop()


def test_a_tree_in_a_bucket_is_enhanced_into_a_bucket(tree: Path, bucket: str, in_a_process) -> None:
    import boto3

    client = boto3.client("s3")
    for path in Path("src").rglob("*.*"):
        client.upload_file(str(path), "photos", f"in/{path.relative_to('src').as_posix()}")
    command = ("batch", f"{bucket}/in", f"{bucket}/out", "-s", "bright")
    done = in_a_process(*command)
    assert done.returncode == 1 and b"2 done, 1 failed" in done.stderr, done.stderr
    assert b"s3://photos/in/bad.jpg: not a photo" in done.stderr
    keys = {item["Key"] for item in client.list_objects_v2(Bucket="photos", Prefix="out/")["Contents"]}
    assert keys == {"out/a.jpg", "out/sub/b.png"}
    done = in_a_process(*command)
    assert b"0 done, 2 done before, 1 failed" in done.stderr, done.stderr
    client.download_file("photos", "out/a.jpg", "fetched.jpg")
    mark = read_mark("fetched.jpg")
    assert mark is not None and mark.style == "bright"
