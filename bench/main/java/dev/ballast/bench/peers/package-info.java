/**
 * The same work here and in PyTorch, JAX, ONNX Runtime and DJL: {@code ballast bench peers}.
 *
 * <p>{@link dev.ballast.bench.peers.PeerWorkload} says what is run, {@link
 * dev.ballast.bench.peers.Job} hands it to a side, {@link dev.ballast.bench.peers.SideProcess}
 * speaks with the side, {@link dev.ballast.bench.peers.Agreement} compares what the sides compute,
 * {@link dev.ballast.bench.peers.Measurement} does all that in turn.
 */
package dev.ballast.bench.peers;
