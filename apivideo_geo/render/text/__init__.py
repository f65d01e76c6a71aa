"""Sentences, number and date formats, translations."""
