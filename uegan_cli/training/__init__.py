"""Training a style: section IV-B, from two folders of photos to a style.

Before the first step:
config             the configuration of a run; its names in JSON
presets            ready-made configurations
data               photos in memory, and crops of them
data_set_report    what the two folders are worth as training data
start              instant look, networks and judge of a new run

A step:
degradations       degraded copies of liked photos
synthetic_pairs    the degradation that the instant look does not undo
schedule           stage and learning rates of each step
gan                networks, optimisers, fake pool and EMA
fake_pool          earlier enhanced photos for the discriminator
ema                the average of the generator's weights
step               one update: pretraining or adversarial

A run:
run                its state, the next step, judging and rolling back
health             best weights, NaN, collapse
loop               steps, reports and checkpoints until it is over
distributed        several processes
finish             the style of a run

Around it:
run_folder         options.json, the lock, a style from an unfinished run
checkpoints        states on disk
metrics            metrics.jsonl
samples            photos that show the progress
estimate           how long a run will take
"""
