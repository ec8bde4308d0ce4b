# wheels: grpcio==1.85.1 typing-extensions==4.16.0
"""A gRPC server and its client."""

from concurrent import futures

import grpc

calls = []


def unary(request, context):
    calls.append((request, dict(context.invocation_metadata()).get("who")))
    if request == b"bad":
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "not that")
    context.set_trailing_metadata((("t", "1"),))
    return request.upper()


def stream(request, context):
    for i in range(3):
        yield request + str(i).encode()


class Service(grpc.GenericRpcHandler):
    def service(self, details):
        if details.method == "/s/Unary":
            return grpc.unary_unary_rpc_method_handler(unary)
        if details.method == "/s/Stream":
            return grpc.unary_stream_rpc_method_handler(stream)
        return None


server = grpc.server(futures.ThreadPoolExecutor(2))
server.add_generic_rpc_handlers((Service(),))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
    f = channel.unary_unary("/s/Unary")
    print(f(b"hello", metadata=(("who", "me"),), timeout=20))
    reply, call = f.with_call(b"again", timeout=20)
    print(reply, call.code(), dict(call.trailing_metadata()))
    for name, x in ("/s/Unary", b"bad"), ("/s/Nothing", b""):
        try:
            channel.unary_unary(name)(x, timeout=20)
        except grpc.RpcError as e:
            print(e.code(), e.details())
    print(list(channel.unary_stream("/s/Stream")(b"n", timeout=20)), f.future(b"later", timeout=20).result())
server.stop(None)
print(calls)
