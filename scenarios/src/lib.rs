//! The harness: worlds, plans, oracle and the lockstep command.
