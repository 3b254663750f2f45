"""The faces: web, api and cli; each derives from the declarations, none knows another."""
