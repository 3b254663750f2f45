"""The pages of assessments: rating and agreeing, somebody's competence, calibration across assessors."""
