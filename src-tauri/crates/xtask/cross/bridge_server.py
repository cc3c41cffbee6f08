"""Runs programs of this machine for their stand-ins under Wine: argv and folder come in, bytes and the exit code go out."""
import json, os, select, socket, struct, subprocess, sys, threading

ALLOWED = {"ffmpeg", "ffprobe", "mediainfo"}
SHARE = sys.argv[2]

def here(path):
    for start in ("file:", ""):
        if path.startswith(start + "/x/"):
            return start + SHARE + path[len(start) + 2:]
    return path

def send(sock, kind, data):
    sock.sendall(bytes([kind]) + struct.pack("<I", len(data)) + data)

def serve(sock):
    with sock:
        head = sock.recv(4, socket.MSG_WAITALL)
        if len(head) < 4:
            return
        ask = json.loads(sock.recv(struct.unpack("<I", head)[0], socket.MSG_WAITALL))
        if ask["argv"][0] not in ALLOWED:
            return
        child = subprocess.Popen([here(word) for word in ask["argv"]], cwd=here(ask["cwd"]), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        pipes = {child.stdout.fileno(): 1, child.stderr.fileno(): 2}
        try:
            while pipes:
                for fd in select.select(list(pipes) + [sock], [], [])[0]:
                    if fd is sock:  # Whoever asked has been killed.
                        return
                    data = os.read(fd, 65536)
                    if data:
                        send(sock, pipes[fd], data)
                    else:
                        del pipes[fd]
            send(sock, 0, struct.pack("<i", child.wait()))
        except OSError:
            pass
        finally:
            child.kill()
            child.wait()

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    sock, _ = listener.accept()
    threading.Thread(target=serve, args=(sock,), daemon=True).start()
