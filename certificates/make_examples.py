"""Makes the examples of certificates anew: python3 certificates/make_examples.py [--surety PROGRAM] [--out FOLDER]

Writes models, certificates and expected.csv into certificates/examples; the same bytes each time. Needs numpy and onnx. What is in
`by_surety_*.jsonl` was written by the program itself, and is made anew only where `--surety` names it, since another processor may
add up in another order and so choose other slopes.
"""
import argparse
from pathlib import Path

from making.accepted import all_accepted
from making.bent_examples import all_bent
from making.bent_models import all_bent_models
from making.files import Examples, write_table
from making.models import all_models, zipped
from making.rejected import all_rejected
from making.token_examples import all_tokens
from making.token_models import all_token_models
from making.written import write as write_by_program


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "examples", help="the folder to write to")
    parser.add_argument("--surety", metavar="PROGRAM", help="has by_surety_*.jsonl written anew, too")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    models = {**all_models(), **{m.name: m for m in all_bent_models() + all_token_models()}}
    for name, model in models.items():
        (options.out / f"{name}.onnx").write_bytes(model.data)
    (options.out / "dense.onnx.gz").write_bytes(zipped(models["dense"]))
    examples = Examples(models)
    all_accepted(examples)
    all_rejected(examples)
    all_bent(examples)
    all_tokens(examples)
    write_by_program(examples, options.out, options.surety)
    examples.write(options.out)
    write_table(options.out / "expected.csv", examples.rows)


if __name__ == "__main__":
    main()
