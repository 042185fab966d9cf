"""Naive wrong answers to Value: what students write who have seen a lecture, not the reference.

Most keep a function for the way back, as they have seen it: `ByClosures` is such a class and
right but for small things that no answer here is about. The others are written from the start.
"""

import math

import numpy as np

from tests.exercises.wrong_answers.register import wrong


def as_value(other, like):
    return other if isinstance(other, type(like)) else type(like)(other)


class ByClosures:
    """A right class in the style of most lectures: each result keeps a function."""

    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self._backward = lambda: None

    def __add__(self, other):
        other = as_value(other, self)
        out = type(self)(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = as_value(other, self)
        out = type(self)(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, k):
        out = type(self)(self.data**k, (self,))

        def _backward():
            self.grad += k * self.data ** (k - 1) * out.grad

        out._backward = _backward
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-as_value(other, self))

    def __truediv__(self, other):
        return self * as_value(other, self) ** -1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return as_value(other, self) - self

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return as_value(other, self) / self

    def exp(self):
        out = type(self)(math.exp(self.data), (self,))

        def _backward():
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def log(self):
        out = type(self)(math.log(self.data), (self,))

        def _backward():
            self.grad += out.grad / self.data

        out._backward = _backward
        return out

    def tanh(self):
        out = type(self)(math.tanh(self.data), (self,))

        def _backward():
            self.grad += (1 - out.data**2) * out.grad

        out._backward = _backward
        return out

    def relu(self):
        out = type(self)(self.data if self.data > 0 else 0.0, (self,))

        def _backward():
            self.grad += (out.data > 0) * out.grad

        out._backward = _backward
        return out

    def topological(self):
        order, seen, stack = [], set(), [(self, iter(self.parents))]
        seen.add(self)
        while stack:
            node, parents = stack[-1]
            for parent in parents:
                if parent not in seen:
                    seen.add(parent)
                    stack.append((parent, iter(parent.parents)))
                    break
            else:
                order.append(node)
                stack.pop()
        return order

    def backward(self):
        self.grad = 1.0
        for node in reversed(self.topological()):
            node._backward()


@wrong("Value", "keeps the gradient of one use alone")
class ForgotToAddUp(ByClosures):
    def __add__(self, other):
        other = as_value(other, self)
        out = type(self)(self.data + other.data, (self, other))

        def _backward():
            self.grad = out.grad
            other.grad = out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = as_value(other, self)
        out = type(self)(self.data * other.data, (self, other))

        def _backward():
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad

        out._backward = _backward
        return out


@wrong("Value", "a + a counts as one a")
class LoopsOverParentsInASet:
    """Keeps the local derivatives in a list beside the parents, and goes through a set."""

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = data, 0.0
        self.parents, self.slopes = list(parents), list(slopes)

    def __add__(self, other):
        other = as_value(other, self)
        return type(self)(self.data + other.data, [self, other], [1.0, 1.0])

    def __sub__(self, other):
        other = as_value(other, self)
        return type(self)(self.data - other.data, [self, other], [1.0, -1.0])

    def __mul__(self, other):
        other = as_value(other, self)
        slopes = [other.data, self.data]
        return type(self)(self.data * other.data, [self, other], slopes)

    def __truediv__(self, other):
        other = as_value(other, self)
        slopes = [1 / other.data, -self.data / other.data**2]
        return type(self)(self.data / other.data, [self, other], slopes)

    def __pow__(self, k):
        return type(self)(self.data**k, [self], [k * self.data ** (k - 1)])

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other):
        return as_value(other, self) - self

    def __rtruediv__(self, other):
        return as_value(other, self) / self

    def exp(self):
        return type(self)(np.exp(self.data), [self], [np.exp(self.data)])

    def log(self):
        return type(self)(np.log(self.data), [self], [1 / self.data])

    def tanh(self):
        t = np.tanh(self.data)
        return type(self)(t, [self], [1 - t * t])

    def relu(self):
        return type(self)(max(0.0, self.data), [self], [1.0 if self.data > 0 else 0.0])

    def all_nodes(self):
        waiting, found = [self], {}
        while waiting:
            node = waiting.pop()
            found.pop(node, None)  # later than all that it was reached from
            found[node] = True
            waiting += node.parents
        return found

    def uses(self):
        count = {}
        for node in ByClosures.topological(self):
            for parent in set(node.parents):
                count[parent] = count.get(parent, 0) + 1
        return count

    def backward(self):
        self.grad, left, ready = 1.0, self.uses(), [self]
        while ready:
            node = ready.pop()
            for parent in set(node.parents):
                parent.grad += node.slopes[node.parents.index(parent)] * node.grad
                left[parent] -= 1
                if left[parent] == 0:
                    ready.append(parent)


@wrong("Value", "the derivative of a ** n has the wrong exponent")
class KTimesXToTheK(ByClosures):
    def __truediv__(self, other):
        other = as_value(other, self)
        out = type(self)(self.data / other.data, (self, other))

        def _backward():
            self.grad += out.grad / other.data
            other.grad -= self.data / other.data**2 * out.grad

        out._backward = _backward
        return out

    def __pow__(self, k):
        out = type(self)(self.data**k, (self,))

        def _backward():
            self.grad += k * self.data**k * out.grad

        out._backward = _backward
        return out


@wrong("Value", "What does int do with 0.9?")
class WholeNumberData(ByClosures):
    def __init__(self, data, parents=()):
        super().__init__(int(data), parents)


@wrong("Value", "only powers of 0 and above")
class RefusesPowersBelowZero(ByClosures):
    def __pow__(self, k):
        assert k >= 0, "only powers of 0 and above"
        return super().__pow__(k)

    def __truediv__(self, other):
        other = as_value(other, self)
        out = type(self)(self.data / other.data, (self, other))

        def _backward():
            self.grad += out.grad / other.data
            other.grad += -self.data / other.data**2 * out.grad

        out._backward = _backward
        return out


@wrong("Value", "cannot be interpreted as an integer")
class PowersByRepeatedProducts(ByClosures):
    def __pow__(self, k):
        out = self
        for _ in range(k - 1):
            out = out * self
        return out


@wrong("Value", "backward sets every grad to 0 first")
class ZeroesGradientsFirst(ByClosures):
    def backward(self):
        order = self.topological()
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in order[::-1]:
            node._backward()


@wrong("Value", "a number hands its gradient on before everything")
class OrderNotReversed(ByClosures):
    """Walks from y without waiting, the last one found first."""

    def backward(self):
        self.grad = 1.0
        seen, stack = set(), [self]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                node._backward()
                stack.extend(node.parents)


@wrong("Value", "in a product each factor gets the local derivative alone")
class UpstreamGradientForgotten(ByClosures):
    def __mul__(self, other):
        other = as_value(other, self)
        out = type(self)(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data
            other.grad += self.data

        out._backward = _backward
        return out


@wrong("Value", "each time that a number is reached it hands on all of its grad")
class EachCallsItsParents(ByClosures):
    """Calls the function of each parent in turn, as often as a way leads to it."""

    def backward(self):
        self.grad = 1.0
        waiting = [self]
        while waiting:
            node = waiting.pop(0)
            node._backward()
            waiting.extend(node.parents)


@wrong("Value", "every path back is walked by itself")
class UpstreamAsAnArgument(LoopsOverParentsInASet):
    """Hands the upstream gradient down by calling itself, once for each path."""

    def backward(self, upstream=1.0):
        self.grad += upstream
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.backward(upstream * slope)


@wrong("Value", "changed places")
class QuotientSlopesSwapped(ByClosures):
    def __truediv__(self, other):
        other = as_value(other, self)
        out = type(self)(self.data / other.data, (self, other))

        def _backward():
            self.grad += -self.data / other.data**2 * out.grad
            other.grad += 1 / other.data * out.grad

        out._backward = _backward
        return out


@wrong("Value", "to base 10")
class CommonLogarithm(ByClosures):
    def log(self):
        out = type(self)(math.log10(self.data), (self,))

        def _backward():
            self.grad += out.grad / (self.data * math.log(10))

        out._backward = _backward
        return out


@wrong("Value", "backward sets every grad to 0 first")
class GradIsNoneAtFirst(ByClosures):
    """Has no grad before backward, which begins with zeros."""

    def __init__(self, data, parents=()):
        super().__init__(data, parents)
        self.grad = None

    def backward(self):
        order = self.topological()
        for node in order:
            node.grad = 0.0
        super().backward()


@wrong("Value", "two numbers of equal value are taken for one")
class ComparesTheData(ByClosures):
    """Looks equal numbers up in the set of those it has seen."""

    def __eq__(self, other):
        return self.data == other.data

    def __hash__(self):
        return hash(self.data)


@wrong("Value", "In which order must they come")
class AppendsBeforeItsParents(ByClosures):
    def backward(self):
        order = []

        def look(node):
            if node not in order:
                order.append(node)
                for parent in node.parents:
                    look(parent)

        look(self)
        self.grad = 1.0
        for node in order:
            node._backward()


@wrong("Value", "also what it has handed on before")
class PassesOnEachTime(ByClosures):
    def backward(self):
        def hand(node):
            node._backward()
            for parent in node.parents:
                hand(parent)

        self.grad = 1.0
        hand(self)


@wrong("Value", "tanh hands its local derivative back alone", "operations")
class TanhWithoutUpstream(ByClosures):
    def tanh(self):
        out = type(self)(np.tanh(self.data), (self,))

        def _backward():
            self.grad += 1 - out.data**2

        out._backward = _backward
        return out


@wrong("Value", "a sum hands on the local derivatives of a product")
class CopiedTheProduct(ByClosures):
    def __add__(self, other):
        other = as_value(other, self)
        out = type(self)(self.data + other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out
