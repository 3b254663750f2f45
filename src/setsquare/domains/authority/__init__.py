"""Rules of authority as controlled records: who may do what, by which competence, under change control themselves."""
