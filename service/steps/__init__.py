"""The steps of the pipeline, one module each; no step knows another."""
