"""What is deployed names what the program has, listens to this machine alone, and runs as nobody special."""

import configparser
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from crossaisle.api.app import app_of
from crossaisle.api.metrics import Metrics
from crossaisle.api.server import GRACE
from crossaisle.cli.app import app
from crossaisle.settings import Settings
from crossaisle.shop import Shop

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "crossaisle.service"
PARTS_OF_A_FIGURE = ("", "_total", "_bucket", "_sum", "_count")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """compose.yaml, its anchors resolved."""
    return dict(read("compose.yaml"))


@pytest.fixture(scope="module")
def board() -> dict[str, Any]:
    """The dashboard."""
    return dict(json.loads((DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def rules() -> list[dict[str, Any]]:
    """All rules of alerts."""
    return [rule for group in read("alerts.yml")["groups"] for rule in group["rules"]]


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Paths of all calls."""
    return set(app_of(Shop.create(tmp_path_factory.mktemp("shop")).folder).openapi()["paths"])


@pytest.fixture(scope="module")
def asked(board: dict[str, Any], rules: list[dict[str, Any]]) -> list[str]:
    """All that Prometheus is asked by the dashboard and the alerts."""
    drawn = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return drawn + [rule["expr"] for rule in rules]


def read(name: str) -> Any:
    """A file of YAML."""
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def unit() -> dict[str, list[str]]:
    """Entry → its values, of the service's section."""
    lines = (line for line in UNIT.read_text(encoding="utf-8").splitlines() if "=" in line and line[0] != "#")
    entries: dict[str, list[str]] = {}
    for name, _, value in (line.partition("=") for line in lines):
        entries.setdefault(name, []).append(value)
    return entries


def given(arguments: list[str]) -> dict[str, Any]:
    """What `serve` understands of a command line; a variable counts as its default.

    Raises:
        click's UsageError: an option that there is not, or a value that it does not take.
    """
    serve = typer.main.get_command(app).commands["serve"]  # type: ignore[attr-defined]  # a group, which has them
    plain = [re.sub(r"\$\{\w+:-(.*)\}", r"\1", one) for one in arguments]
    return dict(serve.make_context("serve", plain).params)


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_figure_that_is_asked_for_is_one_that_the_service_gives(asked: list[str]) -> None:
    given_out = {f"{name}{part}" for name in Metrics().names() for part in PARTS_OF_A_FIGURE} | {"up"}
    named = {name for one in asked for name in re.findall(r"\b(crossaisle_\w+|up)\b(?!\")", one)}
    assert named - given_out == set()


def test_every_route_that_is_asked_for_is_one_that_answers(asked: list[str], routes: set[str]) -> None:
    named = {pair for one in asked for pair in re.findall(r'route(=~|=)"([^"]+)"', one)}
    assert named
    for kind, pattern in named:
        some = [pattern] if kind == "=" else pattern.split("|")
        for one in some:
            found = [route for route in routes if (route == one if kind == "=" else re.fullmatch(one, route))]
            assert found, one


def test_every_question_is_whole(asked: list[str]) -> None:
    pairs = {")": "(", "]": "[", "}": "{"}
    for one in asked:
        waiting: list[str] = []
        for sign in re.sub(r'"[^"]*"', "", one):
            if sign in pairs.values():
                waiting.append(sign)
            elif sign in pairs:
                assert waiting.pop() == pairs[sign], one
        assert waiting == [], one


def test_the_dashboard_shows_each_panel_once_and_at_a_place_of_its_own(board: dict[str, Any]) -> None:
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(at["x"] + dx, at["y"] + dy) for dx in range(at["w"]) for dy in range(at["h"])}
        assert max(x for x, _ in cells) < 24, panel["title"]
        assert taken.isdisjoint(cells), panel["title"]
        taken |= cells


def test_the_dashboard_asks_the_source_that_is_provided(board: dict[str, Any], compose: dict[str, Any]) -> None:
    source = read("grafana/datasource.yml")["datasources"][0]
    assert {panel["datasource"]["uid"] for panel in board["panels"]} == {source["uid"]}
    assert source["url"] == "http://prometheus:9090"
    folder = read("grafana/dashboards.yml")["providers"][0]["options"]["path"]
    assert f"./grafana/dashboard.json:{folder}/dashboard.json:ro" in compose["services"]["grafana"]["volumes"]


def test_prometheus_asks_the_call_that_gives_figures_and_reads_the_alerts(
    compose: dict[str, Any], rules: list[dict[str, Any]], routes: set[str]
) -> None:
    settings = read("prometheus.yml")
    (job,) = settings["scrape_configs"]
    assert job["metrics_path"] in routes
    assert job["static_configs"][0]["targets"] == ["crossaisle:8000"]
    jobs = {name for rule in rules for name in re.findall(r'job="(\w+)"', rule["expr"])}
    assert jobs == {job["job_name"]}
    mounted = compose["services"]["prometheus"]["volumes"]
    assert [one for one in settings["rule_files"] if f"./{one}:/etc/prometheus/{one}:ro" not in mounted] == []


def test_every_alert_says_in_both_languages_what_it_is(rules: list[dict[str, Any]]) -> None:
    for rule in rules:
        assert {"summary", "summary_zh"} <= set(rule["annotations"]), rule["alert"]
        told = re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values()))
        assert [label for label in told if not re.search(rf"by \([^)]*\b{label}\b", rule["expr"])] == []


# ── containers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ports_are_open_to_this_machine_alone_and_the_database_has_none(compose: dict[str, Any]) -> None:
    ports = {name: one.get("ports", []) for name, one in compose["services"].items()}
    assert ports.pop("postgres") == []
    assert all(len(some) == 1 and some[0].startswith("127.0.0.1:") for some in ports.values())
    assert compose["networks"]["data"] == {"internal": True}
    assert compose["services"]["postgres"]["networks"] == ["data"]


def test_no_container_is_root_or_may_become_so_or_writes_to_its_own_files(compose: dict[str, Any]) -> None:
    for name, one in compose["services"].items():
        assert int(one["user"].partition(":")[0]) > 0, name
        assert one["read_only"], name
        assert one["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in one["security_opt"], name
        assert one["healthcheck"]["test"], name


def test_no_password_is_written_down_and_every_file_of_one_is_among_the_secrets(compose: dict[str, Any]) -> None:
    files = {f"/run/secrets/{name}" for name in compose["secrets"]}
    assert all(one == {"file": f"./secrets/{name}"} for name, one in compose["secrets"].items())
    for name, one in compose["services"].items():
        secret = {key: value for key, value in one.get("environment", {}).items() if "PASS" in key}
        assert set(secret.values()) <= {f"/run/secrets/{own}" for own in one.get("secrets", [])} <= files, name
    assert not re.search(r"://[^/\s]*:[^/\s]*@", (DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_container_is_asked_for_a_command_that_there_is(compose: dict[str, Any]) -> None:
    service = compose["services"]["crossaisle"]
    command, *arguments = service["command"]
    assert command == "serve"
    assert given(arguments)["port"] == int(service["ports"][0].rpartition(":")[2])
    assert int(service["stop_grace_period"].removesuffix("s")) > GRACE
    settings = [name for name in service["environment"] if name.startswith("CROSSAISLE_")]
    for section, _, entry in (name.removeprefix("CROSSAISLE_").lower().partition("__") for name in settings):
        assert entry in Settings.model_fields[section].annotation.model_fields  # type: ignore[union-attr]


def test_every_file_that_is_mounted_or_copied_is_there(compose: dict[str, Any]) -> None:
    mounted = [volume for one in compose["services"].values() for volume in one["volumes"]]
    files = [volume.split(":")[0] for volume in mounted if volume.startswith(".")]
    assert [one for one in files if not (DEPLOY / one).is_file()] == []
    named = [volume.split(":")[0] for volume in mounted if not volume.startswith(".")]
    assert set(named) == set(compose["volumes"])
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = [one for line in re.findall(r"^COPY (?!--from)(.+)$", image, flags=re.M) for one in line.split()[:-1]]
    there = [one for one in copied if not one.startswith("--")]
    assert [one for one in there if not (ROOT / one).exists()] == []
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert [one for one in there if f"!{one}" not in kept] == []


def test_the_image_is_made_from_the_locked_packages_and_runs_as_the_user_of_compose(compose: dict[str, Any]) -> None:
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "PIP_CONSTRAINT=/build/requirements.lock" in image
    assert len(re.findall("^FROM ", image, flags=re.M)) == 2
    assert re.findall(r"^USER (.+)$", image, flags=re.M) == [compose["services"]["crossaisle"]["user"]]
    command = json.loads(re.findall(r"^CMD (.+)$", image, flags=re.M)[-1])
    assert command[0] == "serve"
    given(command[1:])


# ── systemd ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_unit_starts_serve_on_this_machine_alone_in_the_one_folder_that_it_may_write_to() -> None:
    entries = unit()
    program, command, *arguments = entries["ExecStart"][0].split()
    assert (Path(program).name, command) == ("crossaisle", "serve")
    told = given(arguments)
    assert told["host"] == "127.0.0.1"
    assert entries["ReadWritePaths"] == [str(told["workspace"])] == [f"/var/lib/{entries['StateDirectory'][0]}"]


def test_the_unit_is_no_root_is_given_time_to_stop_and_comes_back() -> None:
    entries = unit()
    wanted = {"User": "crossaisle", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "Restart": "on-failure"}
    assert {name: entries[name] for name in wanted} == {name: [value] for name, value in wanted.items()}
    assert int(entries["TimeoutStopSec"][0]) > GRACE
    assert entries["EnvironmentFile"] == ["/etc/crossaisle/environment"]
    assert entries["CapabilityBoundingSet"] == [""]


def test_the_unit_parses() -> None:
    sections = configparser.RawConfigParser(strict=True)
    sections.read(UNIT, encoding="utf-8")
    assert sections.sections() == ["Unit", "Service", "Install"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    here = tmp_path / UNIT.name
    program = unit()["ExecStart"][0].split()[0]
    here.write_text(UNIT.read_text(encoding="utf-8").replace(program, sys.executable), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(here)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
