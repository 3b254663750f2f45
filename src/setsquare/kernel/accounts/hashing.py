"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane: the OWASP Password Storage Cheat Sheet's first choice.

    Django's own 100 MiB and eight lanes take several times as long on a small machine, and a signature asks for the
    password each time. Passwords hashed with other numbers are recognised and hashed anew at the next sign-in.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


class Cheap(Argon2):
    """The same at no cost: for passwords that everybody knows, while thousands of signatures are made up with them."""

    time_cost = 1
    memory_cost = 8
