"""What every request passes through, outermost first as ``settings.MIDDLEWARE`` lists it."""
