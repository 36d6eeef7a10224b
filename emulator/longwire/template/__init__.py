"""SAM and CloudFormation templates, read as AWS reads them, every error with its line."""
