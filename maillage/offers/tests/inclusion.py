"""Files of data·inclusion v1 for tests, in each format."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

SIRET = "13003013300016"


def structure(n: int = 1, **fields: Any) -> dict[str, Any]:
    """One valid structure, at Garges."""
    return {
        "source": "essai",
        "id": f"essai--s{n}",
        "nom": f"Maison des projets {n}",
        "date_maj": "2026-10-01",
        "code_insee": "95268",
        "commune": "Garges-lès-Gonesse",
        "code_postal": "95140",
        "adresse": "1 rue des Lilas",
        "telephone": "+33199001122",
    } | fields


def service(n: int = 1, **fields: Any) -> dict[str, Any]:
    """One valid service of structure(1), with a point at Garges."""
    return {
        "source": "essai",
        "id": f"essai--{n}",
        "structure_id": "essai--s1",
        "nom": f"Atelier budget {n}",
        "description": "On vous aide à chiffrer votre projet, pas à pas.",
        "date_maj": "2026-10-01",
        "type": "atelier",
        "thematiques": ["creer-une-entreprise--definir-son-projet-de-creation-dentreprise"],
        "frais": "gratuit",
        "publics": ["femmes", "jeunes"],
        "code_insee": "95268",
        "code_postal": "95140",
        "commune": "Garges-lès-Gonesse",
        "adresse": "1 rue des Lilas",
        "longitude": 2.4019,
        "latitude": 48.9705,
        "telephone": "+33199001122",
        "courriel": "bonjour@example.org",
        "modes_accueil": ["en-presentiel"],
        "zone_eligibilite": ["95", "200055655"],
        "modes_mobilisation": ["telephoner"],
        "mobilisable_par": ["usagers"],
        "horaires_accueil": "Mo-Fr 09:00-12:00; PH off",
    } | fields


def write(path: Path, rows: Any) -> Path:
    """`rows` as the ending of `path` says: a list, or {"structures": …, "services": …} (JSON only)."""
    match path.suffix:
        case ".json":
            path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        case ".csv":
            columns = list(dict.fromkeys(name for row in rows for name in row))
            with path.open("w", encoding="utf-8", newline="") as file:
                sheet = csv.writer(file)
                sheet.writerow(columns)
                for row in rows:
                    cells = (row.get(name) for name in columns)
                    sheet.writerow(
                        json.dumps(cell) if isinstance(cell, list) else "" if cell is None else cell
                        for cell in cells
                    )
        case ".parquet":
            columns = dict.fromkeys(name for row in rows for name in row)
            pq.write_table(pa.table({name: [row.get(name) for row in rows] for name in columns}), path)
    return path
