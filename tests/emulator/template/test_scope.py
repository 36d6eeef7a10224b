"""Names of a nested template in the outer one's words."""

from typing import Any

import pytest

from longwire.template.scope import Scope, replaced_attributes

SCOPE = Scope("Data", {"Team": {"Ref": "Outer"}, "Size": 3})


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ({"Ref": "Table"}, {"Ref": "DataTable"}),
        ({"Ref": "Team"}, {"Ref": "Outer"}),
        ({"Ref": "Size"}, 3),
        ({"Ref": "AWS::Region"}, {"Ref": "AWS::Region"}),
        ({"Ref": "AWS::StackName"}, {"Fn::Sub": "${AWS::StackName}-Data"}),
        ({"Fn::GetAtt": ["Table", "Arn"]}, {"Fn::GetAtt": ["DataTable", "Arn"]}),
        ({"Fn::GetAtt": "Table.Arn"}, {"Fn::GetAtt": "DataTable.Arn"}),
        ({"Fn::Sub": "${Table}-${Table.Arn}-${!Kept}"}, {"Fn::Sub": "${DataTable}-${DataTable.Arn}-${!Kept}"}),
        ({"Fn::Sub": "${AWS::StackName}/${AWS::Region}"}, {"Fn::Sub": "${AWS::StackName}-Data/${AWS::Region}"}),
        ({"Fn::Sub": "x-${Team}"}, {"Fn::Sub": ["x-${Team}", {"Team": {"Ref": "Outer"}}]}),
        (
            {"Fn::Sub": ["${Own}-${Team}-${Table}", {"Own": {"Ref": "Table"}}]},
            {"Fn::Sub": ["${Own}-${Team}-${DataTable}", {"Own": {"Ref": "DataTable"}, "Team": {"Ref": "Outer"}}]},
        ),
        ({"Fn::If": ["Big", {"Ref": "Table"}, 1]}, {"Fn::If": ["DataBig", {"Ref": "DataTable"}, 1]}),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Team"}, "x"]}, {"Fn::FindInMap": ["DataSizes", {"Ref": "Outer"}, "x"]}),
        ({"Fn::And": [{"Condition": "Big"}]}, {"Fn::And": [{"Condition": "DataBig"}]}),
        ({"Fn::Join": ["", ["a", {"Ref": "Team"}]]}, {"Fn::Join": ["", ["a", {"Ref": "Outer"}]]}),
        ({"Fn::Sub": 3}, {"Fn::Sub": 3}),
        ({"Ref": ["odd"]}, {"Ref": ["odd"]}),
        ({"Fn::GetAtt": []}, {"Fn::GetAtt": []}),
    ],
)
def test_each_function_names_what_it_named(inner: Any, outer: Any) -> None:
    assert SCOPE.rewritten({"Key": [inner]}) == {"Key": [outer]}


def test_a_resources_condition_and_order_are_renamed() -> None:
    resource = {"Type": "T", "Condition": "Big", "DependsOn": "Table", "Properties": {"Name": {"Ref": "Table"}}}
    assert SCOPE.resource(resource) == {
        "Type": "T",
        "Condition": "DataBig",
        "DependsOn": ["DataTable"],
        "Properties": {"Name": {"Ref": "DataTable"}},
    }


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"Fn::GetAtt": ["Data", "Outputs.Name"]}, {"Ref": "DataTable"}),
        ({"Fn::GetAtt": "Data.Outputs.Name"}, {"Ref": "DataTable"}),
        ({"Fn::GetAtt": ["Other", "Outputs.Name"]}, {"Fn::GetAtt": ["Other", "Outputs.Name"]}),
        (
            {"Fn::Sub": "a ${Data.Outputs.Name} ${Other}"},
            {"Fn::Sub": ["a ${DataOutputsName} ${Other}", {"DataOutputsName": {"Ref": "DataTable"}}]},
        ),
        (
            {"Fn::Sub": ["${X}", {"X": {"Fn::GetAtt": ["Data", "Outputs.Name"]}}]},
            {"Fn::Sub": ["${X}", {"X": {"Ref": "DataTable"}}]},
        ),
        ({"Ref": "Other"}, {"Ref": "Other"}),
    ],
)
def test_outputs_stand_where_they_were_referred_to(value: Any, found: Any) -> None:
    def replacement(name: str, attribute: str) -> Any:
        return {"Ref": "DataTable"} if (name, attribute) == ("Data", "Outputs.Name") else None

    assert replaced_attributes([value], replacement) == [found]
