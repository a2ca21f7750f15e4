//! Observe, decide, dispatch: what each observation means for orders and published numbers.
