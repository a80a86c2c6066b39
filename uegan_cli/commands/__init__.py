"""The command line: the only Typer and Rich code. Nothing here imports torch, torchvision or numpy at module level."""
