"""What crosses domains: one module for each flow, subscribed to the events of one domain and acting on another."""
