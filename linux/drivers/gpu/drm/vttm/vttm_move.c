// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Placement of buffers, and moves between places.
 *
 * Buffers that the shrinker backs up are in system memory or VRAM, as in xe.
 * For buffers that TTM swaps out, the GTT is between the two, as in amdgpu: a
 * buffer that is moved from or to VRAM has to be bound to it.
 */

#include "vttm.h"

static const struct ttm_place in_system_places[] = {
	{ .mem_type = TTM_PL_SYSTEM },
};

static const struct ttm_placement in_system = {
	ARRAY_SIZE(in_system_places), in_system_places
};

static const struct ttm_place in_gtt_places[] = {
	{ .mem_type = TTM_PL_TT },
};

static const struct ttm_placement in_gtt = {
	ARRAY_SIZE(in_gtt_places), in_gtt_places
};

static const struct ttm_place in_vram_places[] = {
	{ .mem_type = TTM_PL_VRAM },
};

static const struct ttm_placement in_vram = {
	ARRAY_SIZE(in_vram_places), in_vram_places
};

/* For new buffers. Others are evicted before the second place is used. */
static const struct ttm_place in_vram_or_system_places[] = {
	{ .mem_type = TTM_PL_VRAM },
	{ .mem_type = TTM_PL_SYSTEM, .flags = TTM_PL_FLAG_FALLBACK },
};

static const struct ttm_placement in_vram_or_system = {
	ARRAY_SIZE(in_vram_or_system_places), in_vram_or_system_places
};

static const struct ttm_place in_vram_or_gtt_places[] = {
	{ .mem_type = TTM_PL_VRAM },
	{ .mem_type = TTM_PL_TT, .flags = TTM_PL_FLAG_FALLBACK },
};

static const struct ttm_placement in_vram_or_gtt = {
	ARRAY_SIZE(in_vram_or_gtt_places), in_vram_or_gtt_places
};

/* For evicted buffers. They do not evict others. */
static const struct ttm_place in_gtt_or_system_places[] = {
	{ .mem_type = TTM_PL_TT, .flags = TTM_PL_FLAG_DESIRED },
	{ .mem_type = TTM_PL_SYSTEM },
};

static const struct ttm_placement in_gtt_or_system = {
	ARRAY_SIZE(in_gtt_or_system_places), in_gtt_or_system_places
};

static bool vttm_has_gtt(const struct vttm_bo *bo)
{
	return bo->flags & VTTM_CREATE_SWAPOUT;
}

/**
 * vttm_use_placement() - get the placement of a buffer while the device uses it
 * @bo: The buffer.
 * @placement: Filled in with the result.
 */
void vttm_use_placement(const struct vttm_bo *bo,
			struct ttm_placement *placement)
{
	if (bo->flags & VTTM_CREATE_VRAM)
		*placement = in_vram;
	else
		vttm_second_placement(bo, placement);
}

/**
 * vttm_second_placement() - get the placement if VRAM has no room for a buffer
 * @bo: The buffer.
 * @placement: Filled in with the result.
 */
void vttm_second_placement(const struct vttm_bo *bo,
			   struct ttm_placement *placement)
{
	if (vttm_has_gtt(bo))
		*placement = in_gtt;
	else
		*placement = in_system;
}

/**
 * vttm_first_placement() - get the initial placement of a buffer
 * @bo: The buffer.
 * @placement: Filled in with the result.
 *
 * Pages of system memory are not allocated until they are needed.
 */
void vttm_first_placement(const struct vttm_bo *bo,
			  struct ttm_placement *placement)
{
	if (!(bo->flags & VTTM_CREATE_VRAM))
		*placement = in_system;
	else if (vttm_has_gtt(bo))
		*placement = in_vram_or_gtt;
	else
		*placement = in_vram_or_system;
}

/**
 * vttm_evict_flags() - &ttm_device_funcs.evict_flags
 * @tbo: A buffer that has to make room.
 * @placement: Filled in with the result.
 */
void vttm_evict_flags(struct ttm_buffer_object *tbo,
		      struct ttm_placement *placement)
{
	struct vttm_bo *bo = to_vttm_bo(tbo);

	if (vttm_has_gtt(bo) && vttm_bo_is_in(bo, TTM_PL_VRAM))
		*placement = in_gtt_or_system;
	else
		*placement = in_system;
}

/* Copy from or to VRAM with the CPU. */
static int vttm_move_copy(struct vttm_bo *bo, struct ttm_operation_ctx *ctx,
			  struct ttm_resource *new_mem)
{
	struct vttm_device *vttm = vttm_bo_device(bo);
	bool bind = new_mem->mem_type == TTM_PL_TT;
	int ret;

	ret = ttm_bo_wait_ctx(&bo->ttm, ctx);
	if (!ret && bind)
		ret = vttm_gtt_bind(vttm, to_vttm_tt(bo->ttm.ttm));
	if (ret)
		return ret;

	ret = ttm_bo_move_memcpy(&bo->ttm, ctx, new_mem);
	if (ret && bind)
		vttm_gtt_unbind(vttm, to_vttm_tt(bo->ttm.ttm));

	return ret;
}

static int vttm_move_vram(struct vttm_bo *bo, struct ttm_operation_ctx *ctx,
			  struct ttm_resource *new_mem, struct ttm_place *hop)
{
	int ret = 0;

	if (vttm_has_gtt(bo) && (vttm_bo_is_in(bo, TTM_PL_SYSTEM) ||
				 new_mem->mem_type == TTM_PL_SYSTEM)) {
		*hop = (struct ttm_place) {
			.mem_type = TTM_PL_TT,
			.flags = TTM_PL_FLAG_TEMPORARY,
		};
		return -EMULTIHOP;
	}

	if (bo->ttm.resource) {
		ret = vttm_move_copy(bo, ctx, new_mem);
	} else {
		vttm_vram_clear(vttm_bo_device(bo), new_mem);
		ttm_bo_move_null(&bo->ttm, new_mem);
	}
	/* A move to VRAM unpopulates the pages. */
	if (!ret)
		WRITE_ONCE(bo->resident, true);

	return ret;
}

/**
 * vttm_move() - &ttm_device_funcs.move
 * @tbo: The buffer, reserved.
 * @evict: The buffer has to make room.
 * @ctx: How to wait.
 * @new_mem: The new place.
 * @hop: On -EMULTIHOP, the place to move to first.
 *
 * Return: 0 or a negative errno.
 */
int vttm_move(struct ttm_buffer_object *tbo, bool evict,
	      struct ttm_operation_ctx *ctx, struct ttm_resource *new_mem,
	      struct ttm_place *hop)
{
	struct vttm_bo *bo = to_vttm_bo(tbo);
	struct vttm_device *vttm = vttm_bo_device(bo);
	int ret = 0;

	if (new_mem->mem_type == TTM_PL_VRAM || vttm_bo_is_in(bo, TTM_PL_VRAM))
		return vttm_move_vram(bo, ctx, new_mem, hop);

	if (vttm_bo_is_in(bo, TTM_PL_TT)) {
		ret = ttm_bo_wait_ctx(tbo, ctx);
		if (!ret)
			vttm_gtt_unbind(vttm, to_vttm_tt(tbo->ttm));
	} else if (new_mem->mem_type == TTM_PL_TT) {
		ret = vttm_gtt_bind(vttm, to_vttm_tt(tbo->ttm));
	}
	if (!ret)
		ttm_bo_move_null(tbo, new_mem);

	return ret;
}
