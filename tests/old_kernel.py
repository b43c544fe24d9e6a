"""Makes the kernel answer as Linux 4.18 does to system calls that it does not have."""

import ctypes
import errno
import platform

LAST_CALL = {"x86_64": 334}  # rseq(2), by Linux 4.18's table of the processor

# linux/bpf_common.h, linux/seccomp.h, linux/prctl.h
LOAD, JUMP_IF_GREATER, RETURN = 0x20, 0x25, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2


class Instruction(ctypes.Structure):
    """struct sock_filter"""
    _fields_ = [("code", ctypes.c_ushort), ("jump_true", ctypes.c_ubyte), ("jump_false", ctypes.c_ubyte),
                ("value", ctypes.c_uint)]


class Program(ctypes.Structure):
    """struct sock_fprog"""
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(Instruction))]


def is_known():
    """Whether it can be done for this machine's processor."""
    return platform.machine() in LAST_CALL


def pretend():
    """From now on, newer calls of this process and its children fail with ENOSYS."""
    rules = (Instruction * 4)(
        Instruction(LOAD, 0, 0, 0),  # the call's number
        Instruction(JUMP_IF_GREATER, 0, 1, LAST_CALL[platform.machine()]),
        Instruction(RETURN, 0, 0, FAIL | errno.ENOSYS), Instruction(RETURN, 0, 0, ALLOW))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((NO_NEW_PRIVILEGES, 1, 0, 0, 0),
                      (SECCOMP, FILTER, ctypes.byref(Program(len(rules), rules)), 0, 0)):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
