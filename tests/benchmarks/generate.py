"""A workbook as partners send it: 45 columns, shared strings as Excel saves them, about 3 % faults."""

from __future__ import annotations

import datetime as dt
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.organisations import Agency
from cluster4w.template.declaration import Template

Cell = str | int | float | dt.date | None

_EPOCH = dt.date(1899, 12, 30)


def rows(
    count: int,
    template: Template,
    gazetteer: Gazetteer,
    agencies: list[Agency],
    months: list[str],
    seed: int = 4,
) -> Iterator[list[Cell]]:
    """Yield rows in the order of the ``shelter-4w`` layout; the same seed gives the same rows."""
    rng = random.Random(seed)
    layout = template.layout("shelter-4w")
    cercles = gazetteer.level(2)
    kinds = list(template.activity_types)
    groups = [c.labels["fr"] for c in template.lists["population_group"]]
    for number in range(count):
        agency = rng.choice(agencies)
        kind = rng.choice(kinds)
        cercle = rng.choice(cercles)
        communes = gazetteer.children.get(cercle.pcode, ())
        commune = rng.choice(communes) if communes and rng.random() < 0.7 else None
        region = gazetteer.by_pcode[cercle.parent or ""]
        month = rng.choice(months)
        first = dt.date.fromisoformat(f"{month}-01")
        status = rng.choices(("Planifié", "En cours", "Achevé"), (1, 2, 5))[0]
        households = rng.randint(10, 900)
        women, men = round(households * 1.3), round(households * 1.1)
        girls, boys = round(households * 1.4), round(households * 1.3)
        row: dict[str, Cell] = {
            "org_acronym": agency.acronym,
            "org_name": agency.name,
            "donor": rng.choice(("ECHO", "CERF", "USAID", "Japon")),
            "sub_sector": template.lists["sub_sector"].label(kind.attributes["sub_sector"], "fr"),
            "activity_type": kind.labels["fr"],
            "activity_detail": f"Distribution {number}",
            "modality": "En nature",
            "quantity": households,
            "unit": template.lists["unit"].label(kind.attributes["unit"], "fr"),
            "adm1_name": region.name,
            "adm2_name": cercle.name,
            "adm2_pcode": cercle.pcode,
            "adm3_name": commune.name if commune else None,
            "adm3_pcode": commune.pcode if commune else None,
            "site_name": f"Site {number % 977}",
            "period": month,
            "start_date": first,
            "end_date": first + dt.timedelta(days=rng.randint(0, 27)),
            "status": status,
            "population_group": rng.choice(groups),
            "first_time_assisted": rng.choice(("Oui", "Non")),
            "households_targeted": households,
            "individuals_targeted": women + men + girls + boys,
            "comments": rng.choice((None, "RAS", "Distribution retardée par les pluies")),
        }
        if kind.attributes.get("modality") == "cash":
            row |= {"modality": "Espèces", "transfer_value": 45000, "currency": "Franc CFA (XOF)"}
        if kind.attributes["unit"] == "individual":
            row["quantity"] = women + men + girls + boys
        if status == "Achevé":
            row |= {
                "households_reached": households,
                "individuals_reached": women + men + girls + boys,
                "women_reached": women,
                "men_reached": men,
                "girls_reached": girls,
                "boys_reached": boys,
                "disabled_reached": households // 10,
                "female_headed_households_reached": households // 4,
            }
        _spoil(row, rng)
        yield [row.get(key) for key in layout.keys]


def _spoil(row: dict[str, Cell], rng: random.Random) -> None:
    """Put the faults of the field into about 3 % of the cells that are checked."""
    for key, faults in (
        ("adm2_name", ("Tomboctou", "Menaka ", "Bandiagra")),
        ("adm2_pcode", ("ML0799", "MLI0501")),
        ("activity_type", ("Kits BNA", "distribution de kits")),
        ("households_targeted", ("1 250", "env. 300", "12 ménages")),
        ("start_date", ("15/05/2016", "mai")),
        ("status", ("Terminé", "fini?")),
        ("population_group", ("Déplacés", "PDIs")),
        ("period", ("mai 2016", None)),
    ):
        if rng.random() < 0.03:
            row[key] = rng.choice(faults)


def write(
    path: Path, template: Template, content: Iterator[list[Cell]], without: frozenset[str] = frozenset()
) -> None:
    """Write the rows as an xlsx file with shared strings, group row, labels and HXL row.

    ``without``: keys of columns that the file does not have.
    """
    layout = template.layout("shelter-4w")
    strings: dict[str, int] = {}
    kept = [index for index, c in enumerate(layout.columns) if c.key not in without]
    columns = [get_column_letter(i + 1) for i in range(len(kept))]

    def cell(reference: str, value: Cell) -> str:
        if value is None:
            return ""
        if isinstance(value, dt.date):
            return f'<c r="{reference}" s="1"><v>{(value - _EPOCH).days}</v></c>'
        if isinstance(value, (int, float)):
            return f'<c r="{reference}"><v>{value}</v></c>'
        index = strings.setdefault(value, len(strings))
        return f'<c r="{reference}" t="s"><v>{index}</v></c>'

    headers: list[list[Cell]] = [
        [template.column(c.key).group.value.upper() for c in layout.columns],
        [c.header_text("fr") for c in layout.columns],
        [c.hxl for c in layout.columns],
    ]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(
                b'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/'
                b'spreadsheetml/2006/main"><sheetData>'
            )
            number = 0
            for part in (iter(headers), content):
                for whole in part:
                    number += 1
                    row = [whole[index] for index in kept]
                    cells = "".join(cell(f"{c}{number}", v) for c, v in zip(columns, row, strict=True))
                    sheet.write(f'<row r="{number}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        shared = "".join(f'<si><t xml:space="preserve">{escape(s)}</t></si>' for s in strings)
        for name, text in _PARTS.items():
            package.writestr(name, text)
        package.writestr(
            "xl/sharedStrings.xml",
            f'{_XML}<sst xmlns="{_MAIN}" count="{len(strings)}">{shared}</sst>',
        )


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET}.styles+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_SHEET}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="4W" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": _XML + f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="1">'
    '<font/></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/>'
    '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
}
