//! Decides: stock arithmetic, catalogue, engine, vendor clients and store. No sockets, no threads, no clock of its own.
