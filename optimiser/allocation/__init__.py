"""The linear programme: model, pricing, solve → Solution."""
