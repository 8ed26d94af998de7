"""Every address of the tracker: one list. A route that is not in it does not exist.

To add a page: write the view in a file of this package, add one :class:`Route` below, and name its roles.
``<slug>`` is the operation; views do not take it as an argument, they call :func:`cluster4w.security.here`.
"""

from __future__ import annotations

from flask import Flask, g
from flask_babel import gettext

from cluster4w.models import Role
from cluster4w.security import (
    COORDINATION,
    EVERYONE,
    INSIDERS,
    MANAGERS,
    PUBLIC,
    REPORTERS,
    SIGNED_IN,
    Route,
    allowed,
)
from cluster4w.template.language import N_
from cluster4w.views import (
    activities,
    activity_form,
    as_of,
    charts,
    columns,
    dashboard,
    double_counts,
    exports,
    fixes,
    gap_why,
    gaps,
    health,
    history,
    home,
    language,
    learned,
    lists,
    map_bounds,
    months,
    names,
    needs,
    needs_look,
    password,
    rules,
    session,
    submission,
    team,
    template,
    upload,
    vanished_choices,
)
from cluster4w.views.numbers import LARGEST

#: Routes outside operations.
SHELL: tuple[Route, ...] = (
    Route("/", "home", home.home, SIGNED_IN),
    Route("/connexion", "sign_in", session.sign_in, PUBLIC, ("GET", "POST")),
    Route("/deconnexion", "sign_out", session.sign_out, SIGNED_IN, ("POST",)),
    Route("/mot-de-passe", "own_password", password.own_password, SIGNED_IN, ("GET", "POST")),
    Route("/langue/<code>", "set_language", language.set_language, PUBLIC, ("POST",)),
    Route("/sante", "health", health.health, PUBLIC),
)

_PERSON = f"/<slug>/equipe/personnes/<int(max={LARGEST}):person_id>"
_PAIR = f"/<slug>/doubles/<int(max={LARGEST}):pair_id>"
#: Where the operation stands, its activities, its people and its months: ``/<slug>/...``.
RECORD: tuple[Route, ...] = (
    Route("/<slug>/", "dashboard", dashboard.dashboard, EVERYONE, label=N_("Dashboard")),
    Route("/<slug>/activites", "activities", activities.activities, INSIDERS, label=N_("Activities")),
    Route(
        "/<slug>/activites/nouvelle", "activity_new", activity_form.activity_new, REPORTERS,
        section="activities",
    ),
    Route(
        "/<slug>/activites/nouvelle", "activity_add", activity_form.activity_add, REPORTERS, ("POST",),
        section="activities",
    ),
    Route("/<slug>/activites/<uid>", "activity", history.activity, INSIDERS, section="activities"),
    Route(
        "/<slug>/activites/<uid>/modifier", "activity_edit", activity_form.activity_edit, REPORTERS,
        section="activities",
    ),
    Route(
        "/<slug>/activites/<uid>/modifier", "activity_change", activity_form.activity_change, REPORTERS,
        ("POST",), section="activities",
    ),
    Route(
        "/<slug>/activites/<uid>/retirer", "activity_withdraw", history.activity_withdraw, REPORTERS,
        ("POST",),
    ),
    Route(
        "/<slug>/activites/<uid>/retablir", "activity_restore", history.activity_restore, REPORTERS,
        ("POST",),
    ),
    Route(
        "/<slug>/doubles", "double_counts", double_counts.double_counts, COORDINATION, section="activities"
    ),
    Route(_PAIR, "double_count_settle", double_counts.double_count_settle, MANAGERS, ("POST",)),
    Route(f"{_PAIR}/reprendre", "double_count_back", double_counts.double_count_back, MANAGERS, ("POST",)),
    Route("/<slug>/mois", "months", months.months, MANAGERS, label=N_("Months")),
    Route("/<slug>/mois/<month>/verrouiller", "month_lock", months.month_lock, MANAGERS, ("POST",)),
    Route("/<slug>/mois/<month>/ouvrir", "month_unlock", months.month_unlock, MANAGERS, ("POST",)),
    Route("/<slug>/mois/<month>/publier", "month_publish", months.month_publish, MANAGERS, ("POST",)),
    Route("/<slug>/mois/<month>/echeance", "month_due", months.month_due, MANAGERS, ("POST",)),
    Route("/<slug>/mois/<month>/neant", "nil_report", months.nil_report, REPORTERS, ("POST",)),
    Route("/<slug>/mois/<month>/neant/reprendre", "nil_report_back", months.nil_report_back, REPORTERS,
          ("POST",)),
    Route("/<slug>/equipe", "team", team.team, MANAGERS, label=N_("Team")),
    Route("/<slug>/equipe/personnes", "team_add", team.team_add, MANAGERS, ("POST",), section="team"),
    Route(
        f"{_PERSON}/mot-de-passe", "team_password", team.team_password,
        MANAGERS, ("POST",), section="team",
    ),
    Route(
        f"{_PERSON}/fermer", "team_disable", team.team_disable, MANAGERS,
        ("POST",),
    ),
    Route(
        f"{_PERSON}/retirer", "team_remove", team.team_remove, MANAGERS,
        ("POST",),
    ),
    Route(
        "/<slug>/equipe/organisations", "organisation_add", team.organisation_add, MANAGERS, ("POST",),
        section="team",
    ),
    Route(
        "/<slug>/equipe/organisations/admettre", "organisation_take_in", team.organisation_take_in, MANAGERS,
        ("POST",),
    ),
)  # fmt: skip

#: Workbooks on their way in.
_SENT = f"/<slug>/envois/<int(max={LARGEST}):submission_id>"
_LEARNED = f"/<slug>/appris/<int(max={LARGEST}):alias_id>"
INTAKE: tuple[Route, ...] = (
    Route("/<slug>/envoyer", "upload", upload.upload, REPORTERS, ("GET", "POST"), N_("Send")),
    Route("/<slug>/envoyer/encore", "upload_again", upload.upload_again, REPORTERS, ("POST",)),
    Route("/<slug>/envois", "submissions", submission.submissions, INSIDERS, section="upload"),
    Route(_SENT, "submission", submission.submission, INSIDERS, section="upload"),
    Route(f"{_SENT}/etat", "submission_state", submission.submission_state, INSIDERS),
    Route(f"{_SENT}/fichier", "submission_file", submission.submission_file, INSIDERS),
    Route(f"{_SENT}/classeur.xlsx", "submission_workbook", submission.submission_workbook, INSIDERS),
    Route(
        f"{_SENT}/enregistrer",
        "submission_submit",
        submission.submission_submit,
        REPORTERS,
        ("POST",),
        section="upload",
    ),
    Route(f"{_SENT}/ecarter", "submission_discard", submission.submission_discard, REPORTERS, ("POST",)),
    Route(f"{_SENT}/verifier", "submission_check", submission.submission_check, REPORTERS, ("POST",)),
    Route(
        f"{_SENT}/corriger", "submission_fix", fixes.submission_fix, REPORTERS, ("POST",), section="upload"
    ),
    Route(f"{_SENT}/corrections", "submission_fix_undo", fixes.submission_fix_undo, REPORTERS, ("POST",)),
    Route(
        f"{_SENT}/absentes", "submission_vanished", vanished_choices.submission_vanished, REPORTERS, ("POST",)
    ),
    Route(
        f"{_SENT}/question", "submission_question", vanished_choices.submission_question, MANAGERS, ("POST",)
    ),
    Route(f"{_SENT}/noms", "submission_names", names.submission_names, INSIDERS, ("POST",)),
    Route(f"{_SENT}/colonnes", "submission_columns", columns.submission_columns, INSIDERS, section="upload"),
    Route(
        f"{_SENT}/colonnes",
        "submission_columns_save",
        columns.submission_columns_save,
        INSIDERS,
        ("POST",),
        section="upload",
    ),
    Route("/<slug>/appris", "learned", learned.learned, INSIDERS, section="upload"),
    Route(_LEARNED, "learned_answer", learned.learned_answer, INSIDERS, section="upload"),
    Route(f"{_LEARNED}/reprendre", "learned_revoke", learned.learned_revoke, INSIDERS, ("POST",)),
    Route("/<slug>/regles", "rules", rules.rules, EVERYONE, section="upload"),
    Route("/<slug>/regles/<code>", "rule", rules.rule, EVERYONE, section="upload"),
    Route("/<slug>/regles/<code>/gravite", "rule_severity", rules.rule_severity, MANAGERS, ("POST",)),
    Route("/<slug>/regles/<code>/bornes", "rule_bounds", rules.rule_bounds, MANAGERS, ("POST",)),
    Route("/<slug>/modele", "template", template.template, MANAGERS, section="upload"),
    Route(
        "/<slug>/modele/reprendre",
        "template_take",
        template.template_take,
        MANAGERS,
        ("POST",),
        section="upload",
    ),
    Route(
        "/<slug>/modele/revenir",
        "template_back",
        template.template_back,
        MANAGERS,
        ("POST",),
        section="upload",
    ),
    Route("/<slug>/modele.xlsx", "template_workbook", exports.template_workbook, INSIDERS),
)

#: Gaps and files on their way out.
_TABLE = f"/<slug>/besoins/<int(max={LARGEST}):table_id>"
_TABLE_SENT = f"/<slug>/besoins/envois/<int(max={LARGEST}):upload_id>"
PUBLISHED: tuple[Route, ...] = (
    Route("/<slug>/ecarts", "gaps", gaps.gaps, EVERYONE - {Role.PARTNER}, label=N_("Gaps")),
    Route("/<slug>/ecarts.<form>", "gap_file", gaps.gap_file, EVERYONE - {Role.PARTNER}),
    Route("/<slug>/ecarts/feuille.<form>", "gap_sheet", gaps.gap_sheet, EVERYONE - {Role.PARTNER}),
    Route(
        "/<slug>/ecarts/<pcode>",
        "gap_explanation",
        gap_why.gap_explanation,
        EVERYONE - {Role.PARTNER},
        section="gaps",
    ),
    Route("/<slug>/bornes", "map_bounds", map_bounds.map_bounds, COORDINATION, section="gaps"),
    Route("/<slug>/bornes", "map_bounds_set", map_bounds.map_bounds_set, MANAGERS, ("POST",), section="gaps"),
    Route("/<slug>/graphiques", "charts", charts.charts, EVERYONE - {Role.PARTNER}, section="gaps"),
    Route("/<slug>/graphiques/feuille.<form>", "chart_sheet", charts.chart_sheet, EVERYONE - {Role.PARTNER}),
    Route("/<slug>/graphiques/<name>.<form>", "chart_file", charts.chart_file, EVERYONE - {Role.PARTNER}),
    Route("/<slug>/listes", "lists", lists.lists, EVERYONE - {Role.PARTNER}, section="gaps"),
    Route(
        "/<slug>/listes/<name>",
        "list_of_areas",
        lists.list_of_areas,
        EVERYONE - {Role.PARTNER},
        section="gaps",
    ),
    Route("/<slug>/listes/<name>.<form>", "list_file", lists.list_file, EVERYONE - {Role.PARTNER}),
    Route("/<slug>/listes/plans-en-retard", "overdue_plans", lists.overdue, INSIDERS, section="gaps"),
    Route("/<slug>/listes/plans-en-retard.<form>", "overdue_file", lists.overdue_file, INSIDERS),
    Route("/<slug>/besoins", "needs", needs.needs, COORDINATION, label=N_("Needs")),
    Route("/<slug>/besoins/modele.xlsx", "needs_template", needs_look.needs_template, COORDINATION),
    Route("/<slug>/besoins", "needs_send", needs_look.needs_send, MANAGERS, ("POST",), section="needs"),
    Route(_TABLE_SENT, "needs_look", needs_look.needs_look, MANAGERS, section="needs"),
    Route(f"{_TABLE_SENT}/fichier", "needs_file", needs_look.needs_file, COORDINATION),
    Route(f"{_TABLE_SENT}/edition", "needs_edition", needs_look.needs_edition, MANAGERS, ("POST",)),
    Route(f"{_TABLE_SENT}/charger", "needs_load", needs_look.needs_load, MANAGERS, ("POST",)),
    Route(f"{_TABLE}/choisir", "needs_choose", needs.needs_choose, MANAGERS, ("POST",)),
    Route(f"{_TABLE}/retirer", "needs_remove", needs.needs_remove, MANAGERS, ("POST",)),
    Route(f"{_TABLE}/remettre", "needs_restore", needs.needs_restore, MANAGERS, ("POST",)),
    Route(
        f"/<slug>/besoins/choix/<int(max={LARGEST}):choice_id>/reprendre",
        "needs_choice_back",
        needs.needs_choice_back,
        MANAGERS,
        ("POST",),
    ),
    Route("/<slug>/exports", "exports", exports.exports, COORDINATION, label=N_("Exports")),
    Route("/<slug>/exports/registre.xlsx", "export_workbook", exports.export_workbook, COORDINATION),
)

ROUTES: tuple[Route, ...] = SHELL + RECORD + INTAKE + PUBLISHED

#: The navigation from left to right: what a month's work goes through, then what is set up once.
NAVIGATION = ("dashboard", "upload", "activities", "gaps", "needs", "exports", "months", "team")

#: Where a person lands in an operation, by role; a coordinator opens on the map.
LANDING = {Role.COORDINATOR: "gaps"}


def landing(role: Role) -> str:
    """Return the endpoint that a role lands on: the map for coordinators, else the dashboard."""
    return LANDING.get(role, "dashboard")


def navigation() -> list[tuple[str, str]]:
    """Return the endpoints and labels of the links that the person here may follow, from left to right."""
    links = [(r.endpoint, gettext(r.label)) for r in ROUTES if r.label and g.here and allowed(r.endpoint)]
    if g.here:
        first = landing(g.here.role)
        links.sort(key=lambda link: (link[0] != first, NAVIGATION.index(link[0])))
    return links


def section(endpoint: str | None) -> str | None:
    """Return the endpoint of the navigation's link under which a page stands."""
    return next((r.section or r.endpoint for r in ROUTES if r.endpoint == endpoint), None)


def init_app(app: Flask) -> None:
    """Bind every route of the list."""
    app.extensions["routes"] = {route.endpoint: route for route in ROUTES}
    for route in ROUTES:
        app.add_url_rule(route.rule, route.endpoint, route.view, methods=route.methods)
    as_of.init_app(app)
    app.add_template_global(navigation, "navigation")
    app.add_template_global(section, "section")
