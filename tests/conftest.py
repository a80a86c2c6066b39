"""What every test gets: a user folder of its own, and the photos and goldens that lie beside the repository."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import hypothesis
import platformdirs
import pytest

from uegan_cli.threads import prepare_environment

prepare_environment()

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_configure() -> None:
    # A shell starts what it puts in the background with Ctrl-C ignored, and that is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Nothing depends on how busy the machine is, and every run tries the same examples.
    hypothesis.settings.register_profile(
        "steady",
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile("steady")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run in this process what prints its figures (-s), is measured, or shares one accelerator."""
    wanted = re.sub(r"not \w+", "", config.option.markexpr)
    return 0 if config.option.capture == "no" or re.search("benchmark|gpu", wanted) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.get_closest_marker(name) for name in ("slow", "benchmark", "gpu")):
            item.add_marker(pytest.mark.timeout(0))


@pytest.fixture(autouse=True)
def uegan_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Styles, runs, weights and settings of this test, and no setting of whoever runs it."""
    home = tmp_path_factory.mktemp("uegan-home")
    for variable in ("UEGAN_STYLE", "UEGAN_DEVICE", "UEGAN_DEBUG", "UEGAN_JOBS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("UEGAN_HOME", str(home))
    for folder in ("user_data_dir", "user_cache_dir", "user_config_dir"):
        monkeypatch.setattr(platformdirs, folder, lambda *_, folder=folder, **__: str(home / folder))
    return home


def lying_beside(name: str) -> Path:
    """A file or folder of the shared test data; the test is skipped where it is not."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs {name} from the shared test data, which is not here: {path}")
    return path


@pytest.fixture
def shared_data() -> Path:
    return lying_beside("")


@pytest.fixture
def golden() -> Path:
    """The folder with a checkpoint in the authors' format and what their network makes of it."""
    return lying_beside("golden")


@pytest.fixture(scope="session")
def raw_photos() -> list[Path]:
    return sorted(lying_beside("raw").glob("*.jpg"))


@pytest.fixture(scope="session")
def liked_photos() -> list[Path]:
    return sorted(lying_beside("liked").glob("*.jpg"))


@pytest.fixture
def camera_photos() -> Path:
    """Photos with unusual metadata, whole and broken: see MANIFEST.tsv in it."""
    return lying_beside("metadata")


@pytest.fixture(scope="session")
def vgg16_file() -> Path:
    """The convolutions of a real ImageNet VGG-16."""
    return lying_beside("weights/vgg16_features.safetensors")
