"""The commissioner's app: one file per page, charts and maps apart; the only room with streamlit."""
