"""A sandbox whose worker is used by one test after the other, which start no new one."""

from nngrader.sandbox.launch import Sandbox


class Lasting(Sandbox):
    """Gives out the worker that was left last, which ends what its student's process did."""

    idle = None

    def worker(self, slot):
        worker, self.idle = self.idle or super().worker(slot), None
        return worker

    def leave(self, runner):
        """Keep a runner's worker for the next one if it is in order, else end it."""
        worker = runner.worker
        if runner.sandbox is self and self.idle is None and worker and worker.usable:
            vars(worker).pop("ask", None)  # where a test has put its own in the place of it
            self.idle, runner.worker = worker, None
        runner.close()

    def __exit__(self, *_):
        if self.idle:
            self.idle.close()
        super().__exit__()
