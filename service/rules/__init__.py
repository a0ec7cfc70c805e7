"""Amounts: no network, no model, no clock, no framework, no float."""
