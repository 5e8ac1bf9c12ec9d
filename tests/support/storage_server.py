"""A DICOM storage server of the test on loopback: the only connection that tests make."""

from __future__ import annotations

from pynetdicom import AE, AllStoragePresentationContexts, evt

from engine.domain.node import Node


def serve(handler, *, syntaxes=None, ae_title="ARCHIVE", required=False):
    """Start a storage server on a free loopback port; returns (server, node)."""
    ae = AE(ae_title=ae_title)
    for context in AllStoragePresentationContexts:
        ae.add_supported_context(context.abstract_syntax, syntaxes or context.transfer_syntax)
    ae.require_called_aet = required
    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, handler)])
    return server, Node("127.0.0.1", server.socket.getsockname()[1], "ARCHIVE")
