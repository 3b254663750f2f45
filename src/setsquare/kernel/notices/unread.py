"""How many notices a person has not read, counted as far as the bell shows it."""

from django.db.models import IntegerField
from django.db.models.expressions import RawSQL

from setsquare.kernel.accounts.models import User
from setsquare.kernel.database.statements import planned_cursor
from setsquare.kernel.notices.models import Notice

MOST_UNREAD = 100
_FEW = f"SELECT 1 FROM {Notice._meta.db_table} WHERE user_id = %s AND read IS NULL LIMIT %s"  # noqa: S608
_UNREAD = f"SELECT COUNT(*) FROM ({_FEW}) few"  # noqa: S608 - names of tables


def unread_count(user: User) -> int:
    """Return how many notices a person has not read, counted up to 100."""
    with planned_cursor() as cursor:
        cursor.execute(_UNREAD, [user.pk, MOST_UNREAD])
        return int(cursor.fetchone()[0])


def unread_of(person: int) -> RawSQL:
    """Return the same count as an expression, to be read along with other things."""
    return RawSQL(_UNREAD, [person, MOST_UNREAD], output_field=IntegerField())  # noqa: S611 - constants
