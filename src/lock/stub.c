typedef int lock_stub;
