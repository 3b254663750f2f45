"""`setsquare statements`: learning records that came in by xAPI, and what became of them."""

import argparse

from django.utils.translation import gettext as _

from setsquare.domains.training.xapi import listing
from setsquare.faces.cli.lists import add_limit
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.reading import Options
from setsquare.faces.cli.showing import as_json, say, table
from setsquare.kernel.accounts.tokens import Scope


def add_statement_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `statements`."""
    parser.add_argument(
        "--unknown", action="store_true", help=_("only about learners who are not known here")
    )
    add_limit(parser)


def show_statements(caller: Caller, options: Options) -> None:
    """Show the learning records that the caller may read, the newest first."""
    caller.require(Scope.READ)
    rows = list(listing.statements_of(caller.user, unknown=options.unknown)[: max(options.limit, 1)])
    items = listing.told(rows)
    if options.json:
        as_json({"items": items})
    elif not items:
        say(_("No learning record is here."))
    else:
        lines = [
            [
                item["happened"][:10],
                item["person"] or item["actor"],
                listing.said(row),
                item["name"] or item["activity"],
                item["certificate"] or str(listing.OUTCOMES[item["outcome"]]),
            ]
            for row, item in zip(rows, items, strict=True)
        ]
        table([_("When"), _("Person"), _("Said"), _("Activity"), _("What became of it")], lines)
