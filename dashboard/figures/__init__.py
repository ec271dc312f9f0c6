"""Pure drawings: data in, a figure with its words and its numbers out; no streamlit."""
