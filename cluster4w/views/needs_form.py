"""The form that takes a table of needs: the file, its source, its dates, who validated it."""

from __future__ import annotations

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import DateField, FileField, Form, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from cluster4w.extensions import db
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.security import here
from cluster4w.views.values import choice_words


class NeedsForm(Form):
    """A file of figures, and what its sender says of it."""

    file = FileField(_l("Table of figures"))
    source = StringField(
        _l("Source"), [DataRequired(_l("Say where the figures come from.")), Length(max=200)],
        description=_l("As it is printed beside every figure, for example “HNO 2016” or “DTM, round 27”."),
    )  # fmt: skip
    dated = DateField(
        _l("Date of the figures"), [InputRequired(_l("Give the date of the figures."))],
        description=_l("The day that they describe, not the day of the file."),
    )  # fmt: skip
    published = DateField(_l("Date of publication"), [Optional()])
    validated_by = StringField(
        _l("Validated by"), [Length(max=200)],
        description=_l("For example the Commission on Population Movements."),
    )  # fmt: skip
    sub_sector = SelectField(_l("Sub-sector"), default="", description=_l("Where the table does not say it."))
    edition = SelectField(
        _l("Edition of the areas"), default="", description=_l("Whose codes the table uses.")
    )

    def validate_file(self, field: FileField) -> None:
        """Refuse an empty choice of file before anything is stored."""
        received = field.data
        if not isinstance(received, FileStorage) or not received.filename:
            raise ValidationError(gettext("Choose a file first."))


def blank_form() -> NeedsForm:
    """Return the form as the request fills it, with its lists."""
    form = NeedsForm(request.form)
    form.file.process_data(request.files.get("file"))
    form.sub_sector.choices = [
        ("", gettext("As the table says")),
        *((c.key, choice_words("sub_sector", c.key)) for c in here().template.lists["sub_sector"]),
    ]
    form.edition.choices = edition_choices()
    return form


def edition_choices() -> list[tuple[str, str]]:
    """Return the editions whose codes a table may use, the operation's own first."""
    gazetteer = load_gazetteer(db.session, here().operation.edition_id, with_others=True)
    own = gettext("%(edition)s, that of the operation", edition=gazetteer.edition)
    return [("", own), *((g.edition, g.edition) for g in gazetteer.others)]
