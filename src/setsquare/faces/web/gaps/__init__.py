"""What people lack of the competence that is asked of them: by person, by unit, by role, and who could stand in."""
