"""Which Routes a Stage serves: all with AutoDeploy, else those that its Deployment was made of.

A Deployment is a snapshot of the Api. CloudFormation makes what does not depend on each other in any order, so only
what the Deployment depends on, itself or through others, is certain to be in it. Observed: a Route that is added
without a new Deployment answers ``Forbidden``, whatever CloudFormation says of it.
"""

from collections.abc import Collection

from longwire.template.places import KeyPath
from longwire.template.properties import Properties, Resources
from longwire.template.references import dependencies

__all__ = ["deployment_of", "live_routes"]

DEPLOYMENT = "AWS::ApiGatewayV2::Deployment"
ROUTE = "AWS::ApiGatewayV2::Route"
ANSWERS = {"AWS::ApiGatewayV2::RouteResponse": "RouteId", "AWS::ApiGatewayV2::IntegrationResponse": "IntegrationId"}


def deployment_of(stage: Properties, resources: Resources) -> str:
    """The logical id of the Stage's Deployment, empty with AutoDeploy; raises TemplateError when there is neither."""
    named = given(stage, resources)
    if stage.flag("AutoDeploy"):
        return ""
    found = named or deploying(stage, resources)
    if not found:
        message = "has neither AutoDeploy nor DeploymentId, so no Route would be live"
        raise stage.places.error(stage.path[:2], message, "AutoDeploy: true")
    return found


def given(stage: Properties, resources: Resources) -> str:
    """By DeploymentId."""
    deployment = stage.text("DeploymentId")
    if not deployment:
        return ""
    found = resources.by_physical_id(DEPLOYMENT).get(deployment, "")
    if not found:
        raise stage.error("DeploymentId", f"{deployment!r} is no Deployment of this template")
    if resources.properties(found).text("ApiId") != stage.text("ApiId"):
        raise stage.error("DeploymentId", f"{found} is a Deployment of another Api")
    return found


def deploying(stage: Properties, resources: Resources) -> str:
    """By the Deployment's StageName: "an existing stage to associate with the deployment"."""
    name, api_id = stage.text("StageName"), stage.text("ApiId")
    for item in resources.of_type(DEPLOYMENT):
        if (item.text("StageName"), item.text("ApiId")) == (name, api_id):
            return item.logical_id
    return ""


def live_routes(deployment: str, resources: Resources, routes: Collection[str]) -> set[str]:
    """Of the logical ids of an api's Routes, those in the Deployment; all with AutoDeploy. Warns of the others."""
    if not deployment:
        return set(routes)
    made = needed(deployment, resources)
    live = set(routes) & made
    path: KeyPath = ("Resources", deployment)
    hint = f"DependsOn: [{', '.join(sorted(routes))}]"
    if routes and not live:
        # API Gateway (observed): "At least one route is required before deploying the Api"
        raise resources.places.error(path, "depends on no Route, so API Gateway would find none to deploy", hint)
    for name in sorted(set(routes) - live):
        message = f"does not depend on {name}, so it may be made before it: that Route is not served"
        resources.places.warn(path, message, hint)
    warn_of_answers(deployment, resources, live, made)
    return live


def warn_of_answers(deployment: str, resources: Resources, live: Collection[str], made: Collection[str]) -> None:
    """What says how a live Route answers is served, though it is not certain that AWS would."""
    identities = resources.resolver.identities
    known = {identities.ref(name, ("Resources", name)) for name in {*live, *made}}
    for kind, owner in ANSWERS.items():
        for answer in resources.of_type(kind):
            if answer.text(owner) in known and answer.logical_id not in made:
                message = f"does not depend on {answer.logical_id}, so on AWS it may be made without it"
                resources.places.warn(("Resources", deployment), message, f"Add {answer.logical_id} to its DependsOn.")


def needed(name: str, resources: Resources) -> set[str]:
    """The logical ids of all that has to be there before a resource is made."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        for other in dependencies(current, resources.live[current], resources.resolver.conditions):
            if other in resources.live and other not in found:
                found.add(other)
                waiting.append(other)
    return found
