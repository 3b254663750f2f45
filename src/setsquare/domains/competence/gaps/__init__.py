"""What people lack of the competence that their role profiles ask for, at a day; reading only."""
