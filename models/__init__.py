"""The mathematics: options, cash flows, supply-chain graph, Pyomo constraint families."""
