"""The search for better plans beside the proof."""
