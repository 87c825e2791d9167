"""SSLyze without zonecert: ``python -m benchmarks.sslyze_alone KIND ASKED ANSWER``.

``scanner`` is one shared ``Scanner`` with its defaults; ``bare`` are the calls that it makes for a
target, one after another in one thread. The file ASKED holds a list of [name, port, address] in
JSON, ANSWER gets what it took, imports left out.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, process_time

from sslyze.plugins.plugin_base import ScanJob, ScanJobResult
from sslyze.plugins.scan_commands import ScanCommand, ScanCommandsRepository
from sslyze.scanner.models import ServerScanRequest
from sslyze.scanner.scan_command_attempt import ScanCommandAttemptStatusEnum
from sslyze.scanner.scanner import Scanner
from sslyze.server_connectivity import ServerConnectivityInfo, check_connectivity_to_server
from sslyze.server_setting import ServerNetworkConfiguration, ServerNetworkLocation

_CERTIFICATE_INFO = ScanCommandsRepository.get_implementation_cls(ScanCommand.CERTIFICATE_INFO)


def main(kind: str, asked: str, answer: str) -> None:
    """Scan the targets of one file, and write what it took to the other."""
    given = json.loads(Path(asked).read_text(encoding="ascii"))
    locations = [ServerNetworkLocation(*each) for each in given]
    wall, cpu = monotonic(), process_time()
    done = _scanner(locations) if kind == "scanner" else _bare(locations)
    took = {"done": done, "seconds": monotonic() - wall, "cpu": process_time() - cpu}
    Path(answer).write_text(json.dumps(took), encoding="ascii")


def _scanner(locations: Sequence[ServerNetworkLocation]) -> int:
    wanted = {ScanCommand.CERTIFICATE_INFO}
    scanner = Scanner()
    scanner.queue_scans([ServerScanRequest(each, scan_commands=wanted) for each in locations])
    results = (each.scan_result for each in scanner.get_results())
    attempts = (result.certificate_info.status for result in results if result)
    return sum(status is ScanCommandAttemptStatusEnum.COMPLETED for status in attempts)


def _bare(locations: Sequence[ServerNetworkLocation]) -> int:
    return sum(_deployments(location) > 0 for location in locations)


def _deployments(location: ServerNetworkLocation) -> int:
    network = ServerNetworkConfiguration(location.hostname)
    probed = check_connectivity_to_server(location, network)
    server = ServerConnectivityInfo(location, network, probed)
    results = [_done(job) for job in _CERTIFICATE_INFO.scan_jobs_for_scan_command(server)]
    found = _CERTIFICATE_INFO.result_for_completed_scan_jobs(server, results)
    return len(found.certificate_deployments)


def _done(job: ScanJob) -> ScanJobResult:
    try:
        return ScanJobResult(job.function_to_call(*job.function_arguments), None)
    except Exception as error:  # noqa: BLE001 - as SSLyze's own threads do
        return ScanJobResult(None, error)


if __name__ == "__main__":
    main(*sys.argv[1:])
