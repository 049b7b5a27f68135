"""What the fake registries and indexes are as servers: threads for rude clients, a port on stdout, TLS when asked for."""
import ssl
from http.server import ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass    # clients that hang up are what is being tested


def serve(server, tls):
    """Until it is killed. tls: (certificate, key), or None."""
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)    # the handshake belongs to the connection's own thread, not to accept
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_address[1], flush=True)
    server.serve_forever()
