"""Årets formulär: rapporteringstidpunktens dagar, sammanträdesdagar, och knappar utan fält."""

from wtforms import HiddenField, TextAreaField

from internkontroll.web.forms import BaseForm, DateField, SentenceRequired


class PointForm(BaseForm):
    """Rapporteringstidpunktens dagar."""

    cut_off = DateField(
        "Sista dag för uppgifter", [SentenceRequired("Skriv sista dag för uppgifter.")]
    )
    board_on = DateField("Nämndens sammanträde")
    executive_on = DateField("Till kommunstyrelsen")
    row_version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version the form was filled in against; 0, which never holds, for anything else."""
        text = str(self.row_version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


class MeetingsForm(BaseForm):
    """En inklistrad lista med sammanträdesdagar."""

    dates = TextAreaField("Sammanträdesdagar", [SentenceRequired("Skriv ett datum per rad.")])
