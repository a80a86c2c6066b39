"""Measurements, printed beside those of a simple program or of the literature in the same run.

Run with `pytest -m benchmark -s tests/benchmarks/FILE`; docs/measurements.md has the results. Each file says what it
measures, how long it takes and which environment variables (UEGAN_BENCH_...) it reads.

Speed and memory:
test_photo_files    reading and writing photos
test_enhancing      one photo
test_throughput     many photos in one process
test_batch          `uegan batch`
test_training_step  one training step

Quality:
test_learning       known looks, learnt by the instant look and by training
test_recipe_parts   what each part of the training recipe is worth
test_attention      forms of the attention and of the initialisation
test_artefacts      hues and noise
monge_kantorovich   the closed form of the literature, to compare with
"""
