#!/usr/bin/env python3
"""Times PyTorch's steps of the transformer that `surety train shakespeare` trains: the same sizes, batch, update and constraint.

  scripts/time_text_step.py [--tokens 256 --width 256 --blocks 3 --heads 4 --batch 64 --steps 5 --threads 2]

Prints the median seconds of a step, its loss and gradient alone, and the tokens a second. Compare with `examples/s` of
`surety train shakespeare`, run in turn.
"""
import argparse
import statistics
import time

import torch
import torch.nn.functional as F

STEPS = [(3955, -8306, 5008), (3735, -6681, 3463), (3799, -6499, 3211), (4019, -6385, 2906), (2677, -3029, 1162),
         (2172, -1833, 682)]


def orthogonal(x):
    """Newton and Schulz, as Surety takes it."""
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-30)
    for a, b, c in STEPS:
        gram = x @ x.T
        x = (a * x + (b * gram + c * gram @ gram) @ x) / 1024
    return x.T if tall else x


class Model(torch.nn.Module):
    """Functional attention and two layers around GELU, without normalisations."""

    def __init__(self, vocabulary, tokens, width, blocks, heads):
        super().__init__()
        self.heads, self.share = heads, 1 / (2 * blocks)
        self.embedding = torch.nn.Parameter(torch.randn(vocabulary, width))

        def matrix(a, b):
            return torch.nn.Parameter(orthogonal(torch.randn(a, b)) * (b / a) ** 0.5)
        self.blocks = torch.nn.ParameterList()
        for _ in range(blocks):
            self.blocks.extend([matrix(width, width) for _ in range(4)] + [matrix(width, 4 * width), matrix(4 * width, width)])
        self.head = matrix(width, vocabulary)
        half = width // heads // 2
        angles = torch.arange(tokens)[:, None] * 10000.0 ** (-torch.arange(half) / half)
        self.register_buffer("cosines", torch.cos(angles))
        self.register_buffer("sines", torch.sin(angles))

    def turned(self, x):
        a, b = x.chunk(2, dim=-1)
        return torch.cat([a * self.cosines - b * self.sines, b * self.cosines + a * self.sines], dim=-1)

    def forward(self, tokens):
        x = F.embedding(tokens, self.embedding)
        n, t, d = x.shape
        weights = list(self.blocks)
        for at in range(0, len(weights), 6):
            q, k, v, o, up, down = weights[at:at + 6]
            parts = [(x @ w).view(n, t, self.heads, -1).transpose(1, 2) for w in (q, k, v)]
            y = F.scaled_dot_product_attention(
                self.turned(parts[0]), self.turned(parts[1]), parts[2], is_causal=True, scale=self.heads / d)
            x = (1 - self.share) * x + self.share / 3 * (y.transpose(1, 2).reshape(n, t, d) @ o)
            x = (1 - self.share) * x + self.share / 1.12891 * (F.gelu(x @ up) @ down)
        return x @ self.head


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in [("tokens", 256), ("width", 256), ("blocks", 3), ("heads", 4), ("batch", 64), ("steps", 5),
                        ("threads", 2), ("vocabulary", 65)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    o = parser.parse_args()
    torch.set_num_threads(o.threads)
    torch.manual_seed(0)
    model = Model(o.vocabulary, o.tokens, o.width, o.blocks, o.heads)
    matrices = list(model.blocks) + [model.head]
    moments = [torch.zeros_like(p) for p in model.parameters()]
    whole, gradients = [], []
    for step in range(o.steps + 1):
        batch = torch.randint(o.vocabulary, (o.batch, o.tokens + 1))
        begin = time.perf_counter()
        loss = F.cross_entropy(model(batch[:, :-1]).reshape(-1, o.vocabulary), batch[:, 1:].reshape(-1))
        loss.backward()
        middle = time.perf_counter()
        with torch.no_grad():
            for p, m in zip(model.parameters(), moments):
                m.mul_(0.95).add_(p.grad, alpha=0.05)
                u = p.grad * 0.05 + m * 0.95
                if any(p is q for q in matrices):
                    unit = (p.shape[1] / p.shape[0]) ** 0.5
                    w = (p - 0.1 * unit * orthogonal(u)) / unit
                    for a in (-0.1, 0.1):
                        g = w.T @ w if w.shape[0] > w.shape[1] else w @ w.T
                        w = w + a * (w @ g if w.shape[0] > w.shape[1] else g @ w)
                    p.copy_(w * unit)
                else:
                    p.sub_(0.1 * u / u.norm(dim=1, keepdim=True).clamp_min(1e-12))
                p.grad = None
        if step:
            whole.append(time.perf_counter() - begin)
            gradients.append(middle - begin)
    seconds = statistics.median(whole)
    print(f"PyTorch {torch.__version__}, {o.threads} threads: {seconds:.3f} s a step "
          f"({statistics.median(gradients):.3f} s for loss and gradient), {o.batch * o.tokens / seconds:.0f} tokens/s")


if __name__ == "__main__":
    main()
