def handler(event:, context:)
  { statusCode: 200, body: event["body"].upcase }
end
