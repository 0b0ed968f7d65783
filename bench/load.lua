-- wrk sends prepared requests in turn; the first line of the file is the bearer token, the others are bodies.
local requests, turn = {}, 0

function init(words)
  local lines = io.lines(words[1])
  local headers = {["Authorization"] = "Bearer " .. lines(), ["Content-Type"] = "application/json"}
  for body in lines do
    requests[#requests + 1] = wrk.format("POST", nil, headers, body)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"duration_us":%d,"refused":%d,"broken":%d,"p50_us":%d,"p99_us":%d,"max_us":%d}\n',
    summary.requests, summary.duration, failed.status, failed.connect + failed.read + failed.write + failed.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
