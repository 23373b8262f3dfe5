"""The tests of internkontroll."""
