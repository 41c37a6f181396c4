"""The bill of materials of a release: CycloneDX 1.6 as JSON, from the lock file and the table of
licences. The same release gives the same file.
"""

import re
import tomllib
import uuid
from pathlib import Path
from typing import Any

from tests.tools.release.locked import Package, packages_in

# Of what serial numbers are made: any fixed one will do.
SPACE = uuid.UUID("6d1a4d0e-6c8f-4a53-9a77-5d0b7c2f8e11")
ROW = re.compile(r"^\| ([\w.-]+) \| ([^|]+) \|", re.MULTILINE)


def bill_of(place: Path, version: str, moment: str) -> dict[str, Any]:
    packages = packages_in(place / "requirements.txt")
    told = dict(ROW.findall((place / "docs" / "proof" / "licences.md").read_text(encoding="utf-8")))
    by_name = {package.name: package for package in packages}
    project = tomllib.loads((place / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = f"pkg:generic/{project['name']}@{version}"
    asked = {
        re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~! ;]", line)[0]).lower()
        for line in project["dependencies"]
    }
    made_of = "\n".join(sorted(package.purl for package in packages))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(SPACE, f'{own} {made_of}')}",
        "version": 1,
        "metadata": {
            "timestamp": moment,
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": version,
                "description": project["description"],
                "licenses": [{"license": {"id": project["license"]}}],
                "purl": own,
            },
        },
        "components": [component(p, told[p.name].strip()) for p in packages],
        # What a package asks for itself is pinned here as well, but by whom is not in the lock.
        "dependencies": [
            {"ref": own, "dependsOn": sorted(by_name[name].purl for name in asked)},
            *({"ref": package.purl} for package in packages if package.name not in asked),
        ],
    }


def component(package: Package, licence: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "scope": "optional" if package.when else "required",
        "licenses": licences(licence),
        "purl": package.purl,
        "externalReferences": [
            {
                "type": "distribution",
                "url": package.purl,
                "hashes": [{"alg": "SHA-256", "content": each} for each in package.hashes],
            }
        ],
    }
    if package.when:
        made["properties"] = [{"name": "sroi:installed-when", "value": package.when}]
    return made


def licences(said: str) -> list[dict[str, Any]]:
    if " OR " in said or " AND " in said:
        return [{"expression": said}]
    return [{"license": {"id": said}}]
