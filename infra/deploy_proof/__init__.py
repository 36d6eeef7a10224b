"""The parts of first_deploy.py, which stands beside this folder."""
